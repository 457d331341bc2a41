import { batch, type Signal, signal } from '@preact/signals'
import type { Medium } from '../../../contract/media.ts'
import { PlayClock } from './play-clock.ts'
import { itemAt, type PlayTimeline, type PlayTrack } from './play-timeline.ts'
import type { TrackPlayer } from './track-player.ts'

/** The speeds to choose from. */
export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3]
/** Shorter silences are the seams between segments, which nobody needs to skip. */
const SKIP_MIN_MS = 250
/** The clock starts at the latest this long after the elements were told to play. */
const START_LIMIT_MS = 250
/** How often a player steps that nothing else drives, e.g. in a tab in the background. */
const SLOW_STEP_MS = 200
/** For so long after a start the clock follows the elements. Then they follow the clock. */
const SETTLING_MS = 1_000
const SETTLED_MS = 10

/**
 * `gathering`: waits until all tracks have the media of this moment. `starting`: the elements
 * begin to move. `running`: they follow the clock.
 */
type Phase = 'stopped' | 'gathering' | 'starting' | 'running'

/** Plays the tracks of one recording by one clock. Its signals are what the controls show. */
export class Player {
  readonly timeline: Signal<PlayTimeline>
  /** The position in milliseconds. */
  readonly position = signal(0)
  readonly playing = signal(false)
  /** Whether it plays, but has to wait for media. */
  readonly waiting = signal(false)
  /** The media of this moment that cannot be played. */
  readonly failed = signal<readonly Medium[]>([])
  readonly rate = signal(1)
  readonly skipsPauses = signal(false)
  readonly volume = signal(1)
  readonly muted = signal<ReadonlySet<Medium>>(new Set())
  readonly solo = signal<Medium | null>(null)
  readonly #createTrack: (track: PlayTrack) => TrackPlayer
  readonly #tracks = new Map<Medium, TrackPlayer>()
  readonly #clock = new PlayClock()
  readonly #timer: ReturnType<typeof setInterval>
  #phase: Phase = 'stopped'
  #startedAt = 0
  #frame = 0

  constructor(timeline: PlayTimeline, createTrack: (track: PlayTrack) => TrackPlayer) {
    this.timeline = signal(timeline)
    this.#createTrack = createTrack
    this.setTimeline(timeline)
    this.#timer = setInterval(() => this.#step(), SLOW_STEP_MS)
  }

  /** Takes over a newer timeline, of a recording that goes on. */
  setTimeline(timeline: PlayTimeline): void {
    this.timeline.value = timeline
    for (const track of timeline.tracks) {
      const known = this.#tracks.get(track.medium)
      if (known) known.setTrack(track)
      else this.#tracks.set(track.medium, this.#createTrack(track))
    }
    this.#applyVolumes()
  }

  play(): void {
    if (this.playing.value) return
    if (this.#clock.positionMs >= this.#endMs) this.seek(0)
    this.playing.value = true
    this.#phase = 'gathering'
    this.#step()
    this.#drive()
  }

  pause(): void {
    this.#clock.hold()
    this.#phase = 'stopped'
    batch(() => {
      this.playing.value = false
      this.waiting.value = false
    })
    this.#step()
  }

  /** Goes to a position and, if it plays, goes on from there. */
  seek(positionMs: number): void {
    const to = Math.min(Math.max(0, positionMs), this.timeline.value.durationMs)
    this.#clock.hold()
    this.#clock.moveTo(to)
    if (this.playing.value) this.#phase = 'gathering'
    this.#step()
  }

  /** Goes on by so many milliseconds, or back. */
  move(ms: number): void {
    this.seek(this.#clock.positionMs + ms)
  }

  /** Stops and shows the next picture, or the one before. */
  stepFrame(direction: 1 | -1, frameMs: number): void {
    if (this.playing.value) this.pause()
    this.seek(Math.round(this.#clock.positionMs / frameMs + direction) * frameMs)
  }

  /** Tries again to read what could not be played. */
  retry(): void {
    for (const track of this.#tracks.values()) track.retry()
    this.#step()
  }

  setRate(rate: number): void {
    this.rate.value = rate
    this.#clock.rate = rate
  }

  setVolume(volume: number): void {
    this.volume.value = volume
    this.#applyVolumes()
  }

  toggleMute(medium: Medium): void {
    const muted = new Set(this.muted.value)
    if (!muted.delete(medium)) muted.add(medium)
    this.muted.value = muted
    this.#applyVolumes()
  }

  toggleSolo(medium: Medium): void {
    this.solo.value = this.solo.value === medium ? null : medium
    this.#applyVolumes()
  }

  close(): void {
    clearInterval(this.#timer)
    cancelAnimationFrame(this.#frame)
    for (const track of this.#tracks.values()) track.close()
  }

  /** The end of what can be played: open segments cannot. */
  get #endMs(): number {
    const { openFromMs, durationMs } = this.timeline.value
    return openFromMs ?? durationMs
  }

  #applyVolumes(): void {
    for (const [medium, track] of this.#tracks) {
      const isHeard =
        !this.muted.value.has(medium) && (this.solo.value === null || this.solo.value === medium)
      track.setVolume(isHeard ? this.volume.value : 0)
    }
  }

  #drive(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = requestAnimationFrame(() => {
      if (!this.playing.value) return
      this.#step()
      this.#drive()
    })
  }

  #step(): void {
    if (this.playing.value) this.#skipOrEnd()
    const isSettling = performance.now() < this.#startedAt + SETTLING_MS
    if (this.#phase === 'running' && isSettling) this.#settle()
    const isReady = this.#stepTracks()
    if (this.#phase === 'running' && !isReady) this.#wait()
    else if (this.#phase === 'gathering' && isReady) this.#start()
    if (this.#phase === 'starting') this.#runWhenAllMove()
    batch(() => {
      this.position.value = this.#clock.positionMs
      this.waiting.value = this.#phase === 'gathering'
      const failed = [...this.#tracks].flatMap(([medium, track]) => (track.failed ? [medium] : []))
      if (failed.join() !== this.failed.peek().join()) this.failed.value = failed
    })
  }

  #skipOrEnd(): void {
    const { positionMs } = this.#clock
    if (positionMs >= this.#endMs) {
      this.#clock.moveTo(this.#endMs)
      this.pause()
      return
    }
    const silence = this.skipsPauses.value && itemAt(this.timeline.value.silences, positionMs)
    if (!silence || silence.toMs - positionMs < SKIP_MIN_MS) return
    this.#clock.hold()
    this.#clock.moveTo(silence.toMs)
    this.#phase = 'gathering'
  }

  #stepTracks(): boolean {
    const step = {
      positionMs: this.#clock.positionMs,
      playing: this.#phase === 'starting' || this.#phase === 'running',
      settling: this.#phase === 'starting',
      rate: this.rate.value,
    }
    return [...this.#tracks.values()].map((track) => track.step(step)).every(Boolean)
  }

  #wait(): void {
    this.#clock.hold()
    for (const track of this.#tracks.values()) track.hold()
    this.#phase = 'gathering'
  }

  #start(): void {
    this.#phase = 'starting'
    this.#startedAt = performance.now()
    this.#stepTracks()
  }

  /** Elements take some time to begin. The clock starts where they are then, so nothing jumps. */
  #runWhenAllMove(): void {
    const isMoving = this.#leads().every((ms) => ms > 0)
    if (!isMoving && performance.now() < this.#startedAt + START_LIMIT_MS) return
    this.#settle()
    this.#clock.run()
    this.#phase = 'running'
  }

  /** Moves the clock to where most elements are. */
  #settle(): void {
    const lead = median(this.#leads())
    if (Math.abs(lead) > SETTLED_MS) this.#clock.moveTo(this.#clock.positionMs + lead)
  }

  /** How far the elements are ahead of the clock. */
  #leads(): number[] {
    const { positionMs } = this.#clock
    return [...this.#tracks.values()].flatMap((track) => track.driftMs(positionMs) ?? [])
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
