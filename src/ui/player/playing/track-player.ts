import type { PlayTrack } from './play-timeline.ts'

/** The state that a track has to reach. */
export interface TrackStep {
  /** The position on the recording's timeline. */
  positionMs: number
  playing: boolean
  /** Whether the elements are only just beginning, and must not be corrected yet. */
  settling: boolean
  rate: number
}

/** Plays one track of a recording. It follows the clock of the player. */
export interface TrackPlayer {
  /** The element that plays now. */
  readonly element: HTMLMediaElement
  /** Whether the media of the last step cannot be played. */
  readonly failed: boolean
  /** Follows the clock. Returns false when it lacks media that it needs now. Call it often. */
  step(step: TrackStep): boolean
  /** How far the element is ahead of a position; null when the track has nothing to play there. */
  driftMs(positionMs: number): number | null
  /** Stops the element until the next step. */
  hold(): void
  /** Takes over a newer timeline: segments are only ever added. */
  setTrack(track: PlayTrack): void
  /** Tries again to read what has failed. */
  retry(): void
  /** Sets the volume, 0–1. */
  setVolume(volume: number): void
  close(): void
}
