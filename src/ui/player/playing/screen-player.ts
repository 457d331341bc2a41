import type { MediaItem } from '../../../composition/plan/timeline.ts'
import { MediaFollower } from './media-follower.ts'
import { itemAfter, itemAt, type PlayTrack } from './play-timeline.ts'
import { ScreenBuffer } from './screen-buffer.ts'
import { ScreenFeeder } from './screen-feeder.ts'
import type { SegmentSource } from './screen-segment.ts'
import type { TrackPlayer, TrackStep } from './track-player.ts'

/** The end of a segment's last picture may be missing. */
const EDGE_MS = 250

/** Plays the screen from its segments. The video's own time is that of the recording. */
export class ScreenPlayer implements TrackPlayer {
  readonly element: HTMLVideoElement
  #track: PlayTrack
  readonly #follower: MediaFollower
  readonly #buffer: ScreenBuffer
  readonly #feeder: ScreenFeeder
  failed = false

  constructor(
    track: PlayTrack,
    video: HTMLVideoElement,
    sourceOf: (item: MediaItem) => SegmentSource,
  ) {
    this.#track = track
    this.element = video
    this.#follower = new MediaFollower(video)
    this.#buffer = new ScreenBuffer(video)
    this.#feeder = new ScreenFeeder(track, this.#buffer, sourceOf)
  }

  setTrack(track: PlayTrack): void {
    this.#track = track
    this.#feeder.setTrack(track)
  }

  // The screen has no sound.
  setVolume(): void {}

  step(step: TrackStep): boolean {
    const { positionMs } = step
    const item = itemAt(this.#track.media, positionMs)
    this.failed = this.#buffer.failed && item !== undefined
    if (this.#buffer.failed) return true
    this.#feeder.want(positionMs)
    if (item === undefined) {
      this.#follower.rest()
      // The first picture after a gap is shown the moment the gap is over.
      const next = itemAfter(this.#track.media, positionMs)
      if (next !== undefined && this.#buffer.endOf(next.fromMs) !== null)
        this.#follower.place(next.fromMs)
      return true
    }
    const end = this.#buffer.endOf(positionMs)
    if (end === null) {
      this.#follower.rest()
      return item.toMs - positionMs < EDGE_MS
    }
    this.#follower.follow({ ...step, targetMs: positionMs })
    return this.#follower.ready || (!this.element.seeking && item.toMs - positionMs < EDGE_MS)
  }

  driftMs(positionMs: number): number | null {
    const item = itemAt(this.#track.media, positionMs)
    if (item === undefined || this.#buffer.failed || item.toMs - positionMs < EDGE_MS) return null
    return this.#follower.driftMs(positionMs)
  }

  hold(): void {
    this.#follower.rest()
  }

  retry(): void {
    if (!this.#buffer.failed) return
    this.#buffer.failed = false
    this.#feeder.forget()
  }

  close(): void {
    this.#follower.rest()
    this.#feeder.close()
    this.#buffer.close()
  }
}
