import { changesNothing } from '../../contract/event-types.ts'
import type { LogEvent } from '../../contract/events.ts'
import type { LiveInspection } from '../../inspection/live-inspection.ts'
import type { LiveRecording } from '../live-recording.ts'
import type { CaptureCut } from './event-batch.ts'

/** The parts that live recordings work with. */
export interface LiveRecordingsOptions {
  create(id: string): LiveRecording
  inspection: Pick<LiveInspection, 'add' | 'remove' | 'observe'>
  /** Removes the files of a start that was rolled back; its actors have ended. */
  onRolledBack(id: string): Promise<void>
  onFault(what: string, error: unknown): void
}

/** The live actors of every open recording. */
export class LiveRecordings {
  readonly #options: LiveRecordingsOptions
  readonly #live = new Map<string, LiveRecording>()

  constructor(options: LiveRecordingsOptions) {
    this.#options = options
  }

  get isEmpty(): boolean {
    return this.#live.size === 0
  }

  get(id: string): LiveRecording | undefined {
    return this.#live.get(id)
  }

  /** Creates the actors of a recording. `past`: events to bring them up to date with. */
  create(id: string, past: readonly LogEvent[] = []): void {
    const live = this.#options.create(id)
    live.restore(past)
    this.#live.set(id, live)
    this.#options.inspection.add(live)
  }

  /** Ends segments at once, before the fact that says so is durable. */
  cut(cuts: readonly CaptureCut[]): void {
    for (const cut of cuts) this.#live.get(cut.recordingId)?.cut(cut)
  }

  /** Ends everything that is being captured at `at` (epoch ms). */
  cutAll(at: number): void {
    for (const live of this.#live.values()) live.cutAll(at)
  }

  /**
   * Moves a recording's machines by a committed fact; ends its actors with the last one.
   * @throws RecorderError INTERNAL when a machine has no transition for it.
   */
  apply(event: LogEvent): void {
    this.#options.inspection.observe(event, () => this.#apply(event))
  }

  #apply(event: LogEvent): void {
    const id = event.recordingId
    if (id === null || changesNothing(event)) return
    const live = this.#live.get(id)
    if (!live) return
    live.apply(event)
    if (event.type !== 'recording.closed' && event.type !== 'recording.startFailed') return
    this.#live.delete(id)
    const { onRolledBack, onFault } = this.#options
    this.#end(live)
      .then(() => (event.type === 'recording.startFailed' ? onRolledBack(id) : undefined))
      .catch((error) => onFault('ending a recording’s actors', error))
  }

  /** Ends all actors; resolves when no capture process is left. */
  async dispose(): Promise<void> {
    const all = [...this.#live.values()]
    this.#live.clear()
    await Promise.all(all.map((live) => this.#end(live)))
  }

  async #end(live: LiveRecording): Promise<void> {
    try {
      await live.dispose()
    } finally {
      this.#options.inspection.remove(live)
    }
  }
}
