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
/**
 * The least time between two states that a client seeks, in milliseconds. Each can cost a few
 * milliseconds, and clients send hundreds of them at once.
 */
const SEEK_MS = 16
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
  /** The position that a client has asked for with `seek` and not been shown yet. */
  #sought: number | undefined
  /** When the last state was shown that was sought, by performance.now(). */
  #soughtAt = Number.NEGATIVE_INFINITY
  /** The number of controls so far. */
  #controls = 0
  #timer: NodeJS.Timeout | undefined
  #isReading = false
  /** Whether all events have been read that there were at the last control. */
  #isNewest = false

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

  /** Does what the client asks for, soon. Of many seeks, it shows only the last. */
  control(control: InspectionControl): void {
    this.#controls++
    this.#isNewest = false
    if (control.type === 'step') this.#steps += control.count
    else this.#steps = 0
    if (control.type === 'play') this.#speed = control.speed
    else this.#speed = 0
    if (control.type === 'seek') this.#sought = control.position
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
    if (this.#reader === undefined) return
    if (this.#sought === undefined && this.#steps === 0 && this.#speed === 0) return
    this.#timer = setTimeout(() => this.#go(), this.#reader.isBehind ? BEHIND_MS : this.#pauseMs())
  }

  /** Returns the time until something is shown. */
  #pauseMs(): number {
    if (this.#sought !== undefined) return Math.max(0, this.#soughtAt + SEEK_MS - performance.now())
    const { events } = this.#replay
    const [last, next] = [events[this.#inspection.index - 1], events[this.#inspection.index]]
    if (this.#steps > 0 || last === undefined || next === undefined) return 0
    const ms = (Date.parse(next.at) - Date.parse(last.at)) / this.#speed
    return Math.min(Math.max(ms, 0), LONGEST_WAIT_MS)
  }

  #go(): void {
    try {
      if (this.#reader?.isBehind) this.#wait()
      else if (this.#sought === undefined) this.#goOn()
      else this.#seek(this.#sought)
    } catch (error) {
      this.#stand()
      this.#options.onFault('showing a recording’s past', error)
    }
  }

  #seek(position: number): void {
    if (position > (this.#replay.events.at(-1)?.position ?? 0) && !this.#isNewest) {
      void this.#readMore()
      return
    }
    this.#sought = undefined
    this.#soughtAt = performance.now()
    this.#show(position)
    this.#wait()
  }

  #goOn(): void {
    for (let shown = 0; shown < EVENTS_PER_TURN && !this.#reader?.isBehind; shown++) {
      const messages = this.#inspection.step()
      if (messages.length === 0) {
        if (this.#isNewest) this.#stand()
        else void this.#readMore()
        return
      }
      this.#isNewest = false
      this.#send(messages)
      if (this.#steps > 0) this.#steps--
      // When stepping, all at once; when playing, each at its time.
      if (this.#steps === 0 && (this.#speed === 0 || this.#pauseMs() > 0)) break
    }
    this.#wait()
  }

  #stand(): void {
    this.#steps = 0
    this.#speed = 0
    this.#sought = undefined
  }

  /** Reads the further events of an open recording, and goes on. */
  async #readMore(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    const controls = this.#controls
    try {
      this.#replay = await this.#options.replay()
      this.#inspection.replay = this.#replay
      // A client may know events by now that were not there when the reading began.
      this.#isNewest = controls === this.#controls
    } catch (error) {
      this.#stand()
      this.#options.onFault('reading a recording’s past', error)
    } finally {
      this.#isReading = false
    }
    this.#wait()
  }
}
