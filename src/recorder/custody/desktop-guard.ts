import { setTimeout as delay } from 'node:timers/promises'
import type { CapturePlatform } from '../../actors/port.ts'
import type { By } from '../../contract/by.ts'
import type { CustodyRules } from '../../contract/custody.ts'
import type {
  DesktopChange,
  DesktopProblem,
  DesktopWatch,
  WatchDesktop,
} from '../../contract/desktop.ts'
import type { LogEvent } from '../../contract/events.ts'
import type { Medium } from '../../contract/media.ts'
import { isCapturingTrack, type RecordingFold } from '../../machines/recording-fold.ts'
import { within } from '../../time/within.ts'
import type { CommandHandler } from '../commands/command-handler.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'
import { currentRecording } from '../open-recordings.ts'
import type { DesktopLock } from './desktop-lock.ts'

/** The computer must not be kept from its sleep for longer. */
const READY_MS = 3_000
/** A device may be found again only some seconds after the computer has woken up. */
const DEVICE_BACK_MS = 30_000
const LOOK_AGAIN_MS = 500
const BEGINS_CAPTURE: ReadonlySet<string> = new Set(['track.starting', 'track.resuming'])

/** The parts that the guard works with. */
export interface DesktopGuardOptions {
  facts: Pick<FactPipeline, 'recordings' | 'append' | 'failure'>
  commands: Pick<CommandHandler, 'systemPause' | 'systemResume'>
  platform: Pick<CapturePlatform, 'resolve'>
  rules(): Pick<CustodyRules, 'lock'>
  /** Whether the recorder carries out commands. */
  isReady(): boolean
  /** Starts the watch over the desktop; undefined where there is none. */
  watchDesktop: WatchDesktop | undefined
  system: By
  onFault(what: string, error: unknown): void
}

/**
 * Pauses media while the screen is locked, another user has the desktop, or the computer sleeps.
 * A track that begins to capture meanwhile is paused, too. Afterwards it resumes those tracks, if
 * that is configured, and nothing that a person has paused or stopped.
 */
export class DesktopGuard {
  readonly #options: DesktopGuardOptions
  readonly #watch: DesktopWatch | undefined
  readonly #reasons = new Set<DesktopLock['reason']>()

  constructor(options: DesktopGuardOptions) {
    this.#options = options
    this.#watch = options.watchDesktop?.((change) => void this.changed(change))
  }

  /** Resolves with why the desktop is not watched; null while it is, or where there is no watch. */
  async problem(): Promise<DesktopProblem | null> {
    return (await this.#watch?.problem()) ?? null
  }

  /** Ends the watch. */
  async close(): Promise<void> {
    await this.#watch?.close()
  }

  /** Acts on a change of the desktop. Never rejects. */
  async changed(change: DesktopChange): Promise<void> {
    switch (change.type) {
      case 'locked':
        await Promise.all([this.#begin('locked'), this.#record('desktop.locked')])
        return
      case 'unlocked':
        await Promise.all([this.#end('locked'), this.#record('desktop.unlocked')])
        return
      case 'sleeping':
        await within(this.#begin('suspended'), READY_MS)
        change.ready()
        return
      case 'awake':
        await this.#end('suspended')
    }
  }

  /** Why media are kept paused now; undefined when they are not. */
  get lock(): DesktopLock | undefined {
    const [reason] = this.#reasons
    return reason && { reason, media: this.#options.rules().lock.pause }
  }

  /** Observes committed events. */
  observe(events: readonly LogEvent[]): void {
    const { lock } = this
    if (lock && events.some(({ type }) => BEGINS_CAPTURE.has(type))) void this.#pause(lock)
  }

  get #isReady(): boolean {
    return this.#options.isReady() && this.#options.facts.failure === undefined
  }

  async #begin(reason: DesktopLock['reason']): Promise<void> {
    this.#reasons.add(reason)
    await this.#pause({ reason, media: this.#options.rules().lock.pause })
  }

  async #end(reason: DesktopLock['reason']): Promise<void> {
    this.#reasons.delete(reason)
    const { commands, onFault } = this.#options
    const giveUpAt = performance.now() + DEVICE_BACK_MS
    const resumed = new Set<Medium>()
    for (;;) {
      const isLate = performance.now() > giveUpAt
      const missing = isLate ? [] : await this.#mediaWithoutDevice()
      // From here to the command nothing may wait: somebody may have paused a medium meanwhile.
      const recording = this.#resumable
      const left = recording?.systemPaused.filter((medium) => !resumed.has(medium)) ?? []
      if (recording === undefined || left.length === 0) return
      const media = left.filter((medium) => !missing.includes(medium))
      for (const medium of media) resumed.add(medium)
      if (media.length > 0)
        await commands
          .systemResume(recording.id, media)
          .catch((error) => onFault('resuming after a lock', error))
      if (media.length === left.length) return
      await delay(LOOK_AGAIN_MS, undefined, { ref: false })
    }
  }

  /** The recording whose media may come back by themselves now. */
  get #resumable(): RecordingFold | undefined {
    const { facts, rules } = this.#options
    if (this.#reasons.size > 0 || !this.#isReady || !rules().lock.resume) return undefined
    return currentRecording(facts.recordings)
  }

  async #mediaWithoutDevice(): Promise<Medium[]> {
    const { systemPaused = [], tracks } = this.#resumable ?? {}
    const missing = await Promise.all(
      systemPaused.map((medium) =>
        this.#options.platform.resolve(medium, tracks?.[medium].context.device?.id).then(
          () => [],
          () => [medium],
        ),
      ),
    )
    return missing.flat()
  }

  async #pause({ reason, media: kept }: DesktopLock): Promise<void> {
    const { facts, commands, onFault } = this.#options
    const recording = currentRecording(facts.recordings)
    if (recording === undefined || !this.#isReady) return
    const media = kept.filter((medium) => isCapturingTrack(recording.tracks[medium]))
    if (media.length === 0) return
    await commands
      .systemPause(recording.id, media, reason)
      .catch((error) => onFault('pausing for a lock', error))
  }

  async #record(type: 'desktop.locked' | 'desktop.unlocked'): Promise<void> {
    const { facts, system, onFault } = this.#options
    if (!this.#isReady) return
    await facts
      .append({ by: system, commandId: null }, (batch) => batch.add(null, type, {}))
      .catch((error) => onFault('recording a lock', error))
  }
}
