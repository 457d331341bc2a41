/**
 * A jump of the machine's clocks, in ms; `from` and `to` epoch ms of the recorder's own
 * time.
 */
export type ClockJump =
  | { type: 'slept'; from: number; to: number }
  | { type: 'stepped'; byMs: number }

/** The time by which the recorder lives. */
export interface RecorderClock {
  /** Epoch ms; never jumps while anything is recorded. */
  now(): number
  /** How far the wall clock is ahead of {@link now}, in ms: about 0, unless somebody has set it. */
  readonly wallAheadMs: number
  /**
   * Looks at the clocks at once, and tells of a jump: for whoever has seen a time that cannot be.
   */
  check(): void
  /** Takes the wall clock's time over: when nothing is being recorded. */
  adoptWallClock(): void
  /**
   * Tells of jumps within a second (0.2 s while something is captured), until the returned function
   * is called.
   */
  onJump(listener: (jump: ClockJump) => void): () => void
}
