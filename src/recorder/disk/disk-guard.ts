import type { Logger } from 'pino'
import type { CaptureReport } from '../../actors/capture.ts'
import { type By, MEDIA, type Medium } from '../../contract/media.ts'
import { recordingState, trackState } from '../../machines/recording-fold.ts'
import type { CommandDesk } from '../commands/command-handler.ts'
import type { SegmentReport } from '../facts/capture-reports.ts'
import type { Funnel } from '../facts/fact-pipeline.ts'
import { currentOf, isCapturing } from '../open-recordings.ts'
import { StorageWatch, type StorageWatchOptions } from './disk-watch.ts'

/** What the storage keeper works with. */
export interface StorageKeeperOptions
  extends Pick<StorageWatchOptions, 'folder' | 'reserveBytes' | 'ballast' | 'ask' | 'quality'> {
  funnel: Funnel
  desk(): CommandDesk
  system: By
  logger: Logger
  /** Whether commands are carried out. */
  isReady(): boolean
  onFault(what: string, error: unknown): void
}

/** Acts on what the watch over the disk sees: warns in the log, and ends what is recorded while that can still be done well. */
export class StorageKeeper {
  readonly watch: StorageWatch
  readonly #options: StorageKeeperOptions

  constructor(options: StorageKeeperOptions) {
    this.#options = options
    const { folder, reserveBytes, ballast, ask, quality } = options
    this.watch = new StorageWatch({
      ...{ folder, reserveBytes, ballast, ask, quality },
      recording: () => this.#underWay(),
      onLow: (low, detail) => this.#low(low, detail),
      onFull: () => this.#full(),
    })
  }

  /** Hands a capture's report on to the funnel; one that ended for want of space ends the others too. */
  report(id: string, medium: Medium, report: CaptureReport): void {
    this.watch.take(id, medium, report)
    if (report.type === 'capture.level' || report.type === 'capture.progress') return
    const isOutOfSpace =
      report.type === 'capture.ended' &&
      report.cause !== 'cut' &&
      report.cause.code === 'STORAGE_FULL'
    if (isOutOfSpace) void this.#outOfSpace(id, medium, report)
    else this.#options.funnel.report(id, medium, report)
  }

  /** The disk took no more of a medium: the others will not fare better, and the log, on the same disk, has to tell of it. */
  async #outOfSpace(id: string, medium: Medium, report: SegmentReport): Promise<void> {
    const { funnel, desk, onFault } = this.#options
    const live = funnel.live.get(id)
    await this.watch.giveWay()
    // With the log reopened meanwhile, recovery has told of this file already.
    if (live === undefined || funnel.live.get(id) !== live) return
    // A start that fails for want of space is rolled back as any other.
    if (funnel.world.get(id)?.tracks[medium].value === 'recording') {
      desk()
        .systemStop(id, 'storageFull')
        .catch((error) => onFault('ending a recording without space', error))
    }
    funnel.report(id, medium, report)
    await this.watch.look()
  }

  /** What is being recorded, or paused. */
  #underWay(): ReturnType<StorageWatchOptions['recording']> {
    const fold = currentOf(this.#options.funnel.world)
    if (!fold || !isCapturing(fold)) return undefined
    const media = MEDIA.filter(
      (medium) => !['off', 'stopped', 'failed'].includes(trackState(fold.tracks[medium])),
    )
    return {
      active: recordingState(fold.session) === 'Active',
      media,
      quality: fold.session.context.quality,
    }
  }

  async #low(low: boolean, detail: string): Promise<void> {
    await this.#options.funnel.transact({ by: this.#options.system, commandId: null }, (tx) => {
      if (low) tx.add(null, 'warning.raised', { code: 'STORAGE_LOW', detail })
      else tx.add(null, 'warning.cleared', { code: 'STORAGE_LOW' })
      return undefined
    })
  }

  /** Ends what flows; what is paused takes no space. */
  async #full(): Promise<void> {
    const { funnel, desk, logger, isReady, onFault } = this.#options
    if (!isReady()) return
    for (const { id, session } of funnel.world.values()) {
      if (recordingState(session) !== 'Active') continue
      logger.warn({ recordingId: id }, 'the disk has reached its reserve: the recording is ended')
      await desk()
        .systemStop(id, 'storageFull')
        .catch((error) => onFault('ending a recording at the reserve', error))
    }
  }
}
