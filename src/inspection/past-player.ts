import type { InspectionControl, InspectionMessage } from '../contract/inspection.ts'
import type { Replay } from '../replay/replay.ts'
import { ReplayInspection } from './replay-inspection.ts'

/** The reader of a recording's past. */
export interface PastReader {
  send(message: InspectionMessage): void
  /** Whether it has something left to read. The player waits for it. */
  readonly isBehind: boolean
}

/** Where a recording's past begins, and how fast it goes. */
export interface PastStart {
  /** Begins after the event at this position. */
  position: number
  /** Times the speed at which it happened; 0: step by step. */
  speed: number
}

/** How to open a recording's past. */
export interface PastOptions {
  /** The version of the recorder. */
  version: string
  start: PastStart
  /** Returns the recording with all events that it has now. */
  replay(): Promise<Replay>
  onFault(what: string, error: unknown): void
}

/** The most events that are shown in one turn of the event loop. */
const EVENTS_PER_TURN = 32
/** The time after which a reader that was behind is looked at again, in milliseconds. */
const BEHIND_MS = 20
/** The longest time that a timer of Node can wait, in milliseconds. */
const LONGEST_WAIT_MS = 2 ** 31 - 1

/** Shows a recording's past to one reader: step by step, or as fast as it happened. */
export class PastPlayer {
  readonly #options: PastOptions
  #replay: Replay
  readonly #inspection: ReplayInspection
  #reader: PastReader | undefined
  /** The events that a client has asked for with `step` and not got yet. */
  #steps = 0
  /** 0 while it is paused. */
  #speed = 0
  #timer: NodeJS.Timeout | undefined
  #isReading = false

  private constructor(options: PastOptions, replay: Replay) {
    this.#options = options
    this.#replay = replay
    this.#inspection = new ReplayInspection(replay, options.version)
  }

  /** Reads a recording. Rejects as its reading does. */
  static async open(options: PastOptions): Promise<PastPlayer> {
    return new PastPlayer(options, await options.replay())
  }

  /** Shows the first state, and goes on by itself if it has a speed. */
  begin(reader: PastReader): void {
    const { position, speed } = this.#options.start
    this.#reader = reader
    this.#speed = speed
    this.#show(position)
    this.#wait()
  }

  /** Does what the client asks for. */
  control(control: InspectionControl): void {
    if (control.type === 'step') this.#steps += control.count
    else this.#steps = 0
    if (control.type === 'play') this.#speed = control.speed
    else this.#speed = 0
    if (control.type === 'seek') this.#show(control.position)
    this.#wait()
  }

  /** Ends it. */
  end(): void {
    this.#reader = undefined
    clearTimeout(this.#timer)
  }

  #show(position: number): void {
    this.#send(this.#inspection.show(this.#replay.indexAtPosition(position)))
  }

  #send(messages: readonly InspectionMessage[]): void {
    for (const message of messages) this.#reader?.send(message)
  }

  /** Sets the timer of what is to happen next, if anything is. */
  #wait(): void {
    clearTimeout(this.#timer)
    if (this.#reader === undefined || (this.#steps === 0 && this.#speed === 0)) return
    this.#timer = setTimeout(() => this.#go(), this.#reader.isBehind ? BEHIND_MS : this.#pauseMs())
  }

  /** Returns the time until the next event is shown. */
  #pauseMs(): number {
    const { events } = this.#replay
    const [last, next] = [events[this.#inspection.index - 1], events[this.#inspection.index]]
    if (this.#steps > 0 || last === undefined || next === undefined) return 0
    const ms = (Date.parse(next.at) - Date.parse(last.at)) / this.#speed
    return Math.min(Math.max(ms, 0), LONGEST_WAIT_MS)
  }

  #go(): void {
    for (let shown = 0; shown < EVENTS_PER_TURN && !this.#reader?.isBehind; shown++) {
      const messages = this.#inspection.step()
      if (messages.length === 0) {
        void this.#goOnAtEnd()
        return
      }
      this.#send(messages)
      if (this.#steps > 0) this.#steps--
      // When stepping, all at once; when playing, each at its time.
      if (this.#steps === 0 && (this.#speed === 0 || this.#pauseMs() > 0)) break
    }
    this.#wait()
  }

  /** An open recording may have got further events; otherwise it stays at the end. */
  async #goOnAtEnd(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    try {
      if (!(await this.#readMore())) {
        this.#steps = 0
        this.#speed = 0
      }
    } catch (error) {
      this.#steps = 0
      this.#speed = 0
      this.#options.onFault('reading a recording’s past', error)
    } finally {
      this.#isReading = false
    }
    this.#wait()
  }

  async #readMore(): Promise<boolean> {
    this.#replay = await this.#options.replay()
    this.#inspection.replay = this.#replay
    return this.#replay.events.length > this.#inspection.index
  }
}
