/** The most that an element may be off before its rate is changed, and before it jumps. */
const NUDGE_MS = 25
const JUMP_MS = 250
/** The drift at which a nudged element goes at the plain rate again. */
const CLOSE_MS = 8
/** The most by which a rate is changed. Voices keep their pitch, so nobody hears it. */
const NUDGE_MOST = 0.06

/** The state that an element has to reach. */
export interface Wish {
  /** The place within the element's own time, in milliseconds. */
  targetMs: number
  playing: boolean
  /** Whether the element is only just beginning, and must not be corrected yet. */
  settling: boolean
  rate: number
}

/**
 * Makes one media element follow the clock: starts, stops and moves it, and changes its rate a
 * little when it drifts.
 */
export class MediaFollower {
  readonly element: HTMLMediaElement
  #nudging = false

  constructor(element: HTMLMediaElement) {
    this.element = element
    element.preservesPitch = true
  }

  /** How far the element is ahead of a target, in milliseconds. */
  driftMs(targetMs: number): number {
    return this.element.currentTime * 1_000 - targetMs
  }

  /** Whether the element has the media that it needs to go on. */
  get ready(): boolean {
    const { readyState, seeking } = this.element
    return !seeking && readyState >= HTMLMediaElement.HAVE_FUTURE_DATA
  }

  /** Moves the element, unless it is there already. */
  place(targetMs: number): void {
    if (this.element.seeking || Math.abs(this.driftMs(targetMs)) < 2) return
    this.element.currentTime = targetMs / 1_000
  }

  /** Lets the element follow. Call it often. */
  follow({ targetMs, playing, settling, rate }: Wish): void {
    if (!playing) {
      this.rest()
      this.place(targetMs)
      return
    }
    const drift = settling ? 0 : this.driftMs(targetMs)
    if (Math.abs(drift) > JUMP_MS && !this.element.seeking)
      this.element.currentTime = targetMs / 1_000
    if (this.element.paused && !this.element.ended) void this.element.play().catch(ignore)
    this.#setRate(rate * this.#correction(drift))
  }

  /** Stops the element where it is. */
  rest(): void {
    if (!this.element.paused) this.element.pause()
    this.#nudging = false
  }

  #correction(drift: number): number {
    const size = Math.abs(drift)
    if (size > NUDGE_MS) this.#nudging = true
    else if (size < CLOSE_MS) this.#nudging = false
    if (!this.#nudging || size > JUMP_MS) return 1
    return 1 - Math.sign(drift) * Math.min(NUDGE_MOST, size / 1_000)
  }

  #setRate(rate: number): void {
    if (Math.abs(this.element.playbackRate - rate) > 0.002) this.element.playbackRate = rate
  }
}

// A pause that comes before the element has started ends `play()` with an error.
function ignore(): void {}
