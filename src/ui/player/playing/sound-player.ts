import type { MediaItem } from '../../../composition/plan/timeline.ts'
import { MediaFollower } from './media-follower.ts'
import { itemAfter, itemAt, type PlayTrack } from './play-timeline.ts'
import type { TrackPlayer, TrackStep } from './track-player.ts'

/** The next segment is opened this long before it is needed. */
const AHEAD_MS = 20_000

/**
 * Plays a sound track from its segments. Two elements take turns: while one plays a segment, the
 * other has opened the next one.
 */
export class SoundPlayer implements TrackPlayer {
  #track: PlayTrack
  readonly #urlOf: (item: MediaItem) => string
  #active: Slot
  #spare: Slot
  failed = false

  constructor(track: PlayTrack, urlOf: (item: MediaItem) => string, home: HTMLElement) {
    this.#track = track
    this.#urlOf = urlOf
    this.#active = new Slot(track.medium)
    this.#spare = new Slot(track.medium)
    home.append(this.#active.follower.element, this.#spare.follower.element)
  }

  get element(): HTMLMediaElement {
    return this.#active.follower.element
  }

  setTrack(track: PlayTrack): void {
    this.#track = track
  }

  setVolume(volume: number): void {
    for (const { follower } of [this.#active, this.#spare]) {
      follower.element.volume = volume
      follower.element.muted = volume === 0
    }
  }

  step(step: TrackStep): boolean {
    const { positionMs } = step
    const item = itemAt(this.#track.media, positionMs)
    this.#prepareNext(positionMs, step.rate)
    if (item === undefined) {
      this.failed = false
      this.#active.follower.rest()
      return true
    }
    if (!this.#active.holds(item)) {
      this.#active.follower.rest()
      ;[this.#active, this.#spare] = [this.#spare, this.#active]
      this.#active.open(item, this.#urlOf(item))
    }
    const { follower } = this.#active
    follower.follow({ ...step, targetMs: positionMs - item.fromMs })
    // A segment that cannot be played must not keep the others from playing.
    const { ended, error } = follower.element
    this.failed = error !== null
    return follower.ready || ended || error !== null
  }

  driftMs(positionMs: number): number | null {
    const item = itemAt(this.#track.media, positionMs)
    if (item === undefined || !this.#active.holds(item)) return null
    const { follower } = this.#active
    const { ended, error } = follower.element
    return ended || error ? null : follower.driftMs(positionMs - item.fromMs)
  }

  hold(): void {
    this.#active.follower.rest()
  }

  retry(): void {
    for (const slot of [this.#active, this.#spare]) slot.forgetFailed()
  }

  close(): void {
    this.#active.close()
    this.#spare.close()
  }

  #prepareNext(positionMs: number, rate: number): void {
    const next = itemAfter(this.#track.media, positionMs)
    if (next === undefined || next.fromMs > positionMs + AHEAD_MS * rate) return
    if (!this.#spare.holds(next) && !this.#active.holds(next))
      this.#spare.open(next, this.#urlOf(next))
  }
}

/** An element and the segment that it has opened. */
class Slot {
  readonly follower = new MediaFollower(new Audio())
  #key = ''

  constructor(medium: string) {
    const { element } = this.follower
    element.preload = 'auto'
    element.dataset.medium = medium
  }

  holds(item: MediaItem): boolean {
    return this.#key !== '' && this.#key === keyOf(item)
  }

  open(item: MediaItem, url: string): void {
    if (this.holds(item)) return
    this.#key = keyOf(item)
    this.follower.element.src = url
    this.follower.element.dataset.fromMs = String(item.fromMs)
  }

  forgetFailed(): void {
    if (this.follower.element.error !== null) this.#key = ''
  }

  close(): void {
    this.follower.rest()
    this.follower.element.removeAttribute('src')
    this.follower.element.load()
    this.follower.element.remove()
  }
}

function keyOf({ segment }: MediaItem): string {
  return String(segment.number)
}
