import type { Logger } from 'pino'
import type { CaptureReport } from '../../actors/capture.ts'
import type { By } from '../../contract/by.ts'
import { MEDIA, type Medium } from '../../contract/media.ts'
import type { WarningCode } from '../../contract/warnings.ts'
import { recordingState, trackState } from '../../machines/recording-fold.ts'
import type { CommandHandler } from '../commands/command-handler.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'
import { currentRecording, isCapturing } from '../open-recordings.ts'
import { DiskWatch, type DiskWatchOptions } from './disk-watch.ts'

/** The parts that a disk guard works with. */
export interface DiskGuardOptions
  extends Pick<
    DiskWatchOptions,
    'folder' | 'reserveBytes' | 'ballast' | 'readFreeBytes' | 'isThere' | 'quality'
  > {
  facts(): FactPipeline
  commands(): CommandHandler
  system: By
  logger: Logger
  /** Whether commands are carried out. */
  acceptsCommands(): boolean
  onFault(what: string, error: unknown): void
}

/**
 * Acts on what the disk watch observes: raises a warning, and stops recordings while their files
 * can still be finished.
 */
export class DiskGuard {
  readonly watch: DiskWatch
  readonly #options: DiskGuardOptions

  constructor(options: DiskGuardOptions) {
    this.#options = options
    const { folder, reserveBytes, ballast, readFreeBytes, isThere, quality } = options
    this.watch = new DiskWatch({
      ...{ folder, reserveBytes, ballast, readFreeBytes, isThere, quality },
      recording: () => this.#underWay(),
      onLow: (isLow, detail) => this.#warn('STORAGE_LOW', isLow, detail),
      onMissing: (isMissing, detail) => this.#warn('DISK_MISSING', isMissing, detail),
      onFull: () => this.#endRecordings(),
    })
  }

  /**
   * Observes a capture's report. The returned promise delays its facts: a segment that found no
   * space needs the ballast released first, because the log is on the same full disk.
   */
  observe(id: string, medium: Medium, report: CaptureReport): Promise<void> | undefined {
    this.watch.observe(id, medium, report)
    const isOutOfSpace =
      report.type === 'capture.ended' &&
      report.cause !== 'cut' &&
      report.cause.code === 'STORAGE_FULL'
    return isOutOfSpace ? this.#outOfSpace(id, medium) : undefined
  }

  /** Releases the ballast, and stops the recording: its other media would find no space either. */
  async #outOfSpace(id: string, medium: Medium): Promise<void> {
    const { commands, onFault } = this.#options
    const facts = this.#options.facts()
    const live = facts.live.get(id)
    await this.watch.releaseBallast()
    // If the log was reopened meanwhile, recovery has already recorded what became of this file.
    if (live === undefined || facts.live.get(id) !== live) return
    void this.watch.check()
    // A start that finds no space is rolled back like any other.
    if (facts.recordings.get(id)?.tracks[medium].value !== 'recording') return
    commands()
      .systemStop(id, 'storageFull')
      .catch((error) => onFault('ending a recording without space', error))
  }

  /** The media being recorded or paused. */
  #underWay(): ReturnType<DiskWatchOptions['recording']> {
    const fold = currentRecording(this.#options.facts().recordings)
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

  async #warn(code: WarningCode, present: boolean, detail: string): Promise<void> {
    const { facts, system } = this.#options
    await facts().append({ by: system, commandId: null }, (batch) => {
      if (present) batch.add(null, 'warning.raised', { code, detail })
      else batch.add(null, 'warning.cleared', { code })
    })
  }

  /** Stops active recordings. A paused one takes no space. */
  async #endRecordings(): Promise<void> {
    const { facts, commands, logger, acceptsCommands, onFault } = this.#options
    if (!acceptsCommands()) return
    for (const { id, session } of facts().recordings.values()) {
      if (recordingState(session) !== 'Active') continue
      logger.warn({ recordingId: id }, 'the disk has reached its reserve: the recording is ended')
      await commands()
        .systemStop(id, 'storageFull')
        .catch((error) => onFault('ending a recording at the reserve', error))
    }
  }
}
