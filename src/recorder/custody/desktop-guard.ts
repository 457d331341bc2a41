import type { By } from '../../contract/by.ts'
import type { CustodyRules } from '../../contract/custody.ts'
import type {
  DesktopChange,
  DesktopProblem,
  DesktopWatch,
  WatchDesktop,
} from '../../contract/desktop.ts'
import type { LogEvent } from '../../contract/events.ts'
import { MEDIA, type Medium } from '../../contract/media.ts'
import { isCapturingTrack, trackState } from '../../machines/recording-fold.ts'
import { within } from '../../time/within.ts'
import type { CommandHandler } from '../commands/command-handler.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'
import { currentRecording } from '../open-recordings.ts'

type Reason = 'locked' | 'suspended'

/** The computer must not be kept from its sleep for longer. */
const READY_MS = 3_000
/** Facts after which a track belongs to somebody else than the guard. */
const TAKEN_BY: ReadonlySet<string> = new Set([
  'track.resuming',
  'track.stopping',
  'track.stopped',
  'track.failed',
])
const BEGINS_CAPTURE: ReadonlySet<string> = new Set(['track.starting', 'track.resuming'])

/** The parts that the guard works with. */
export interface DesktopGuardOptions {
  facts: Pick<FactPipeline, 'recordings' | 'append' | 'failure'>
  commands: Pick<CommandHandler, 'systemPause' | 'systemResume'>
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
 * What begins to capture meanwhile is paused, too. Afterwards it resumes what it has paused, if
 * that is configured, and nothing that a person has paused or stopped.
 */
export class DesktopGuard {
  readonly #options: DesktopGuardOptions
  readonly #watch: DesktopWatch | undefined
  readonly #reasons = new Set<Reason>()
  /** The media that the guard has paused, by recording. */
  readonly #paused = new Map<string, Set<Medium>>()

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

  /** Observes committed events. */
  observe(events: readonly LogEvent[]): void {
    let begins = false
    for (const event of events) {
      if (event.recordingId === null) continue
      this.#observe(event, event.recordingId)
      begins ||= BEGINS_CAPTURE.has(event.type)
    }
    const [reason] = this.#reasons
    if (begins && reason !== undefined) void this.#pause(reason)
  }

  get #isReady(): boolean {
    return this.#options.isReady() && this.#options.facts.failure === undefined
  }

  #observe(event: LogEvent, id: string): void {
    if (event.type === 'track.pausing' && event.data.reason !== undefined)
      this.#pausedOf(id).add(event.data.medium)
    else if (TAKEN_BY.has(event.type) && 'medium' in event.data)
      this.#pausedOf(id).delete(event.data.medium as Medium)
    else if (isWishToPause(event)) this.#paused.delete(id)
    else if (event.type === 'recording.closed') this.#paused.delete(id)
  }

  #pausedOf(id: string): Set<Medium> {
    const media = this.#paused.get(id) ?? new Set()
    this.#paused.set(id, media)
    return media
  }

  async #begin(reason: Reason): Promise<void> {
    this.#reasons.add(reason)
    await this.#pause(reason)
  }

  async #end(reason: Reason): Promise<void> {
    this.#reasons.delete(reason)
    const { facts, commands, rules, onFault } = this.#options
    const recording = currentRecording(facts.recordings)
    if (recording === undefined || this.#reasons.size > 0 || !this.#isReady) return
    const paused = this.#paused.get(recording.id) ?? []
    const media = [...paused].filter((medium) => trackState(recording.tracks[medium]) === 'paused')
    this.#paused.delete(recording.id)
    if (media.length === 0 || !rules().lock.resume) return
    await commands
      .systemResume(recording.id, media)
      .catch((error) => onFault('resuming after a lock', error))
  }

  async #pause(reason: Reason): Promise<void> {
    const { facts, commands, rules, onFault } = this.#options
    const recording = currentRecording(facts.recordings)
    if (recording === undefined || !this.#isReady) return
    const { pause } = rules().lock
    const media = MEDIA.filter(
      (medium) => pause.includes(medium) && isCapturingTrack(recording.tracks[medium]),
    )
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

/** Whether somebody asked for a pause, perhaps of what is paused already. */
function isWishToPause({ type, data, by }: LogEvent): boolean {
  if (by.side === 'system') return false
  if (type !== 'command.accepted' && type !== 'command.refused') return false
  return data.command === 'track.pause'
}
