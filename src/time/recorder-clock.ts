/** A jump of the machine's clocks, in ms. `from` and `to` are epoch ms of the recorder's time. */
export type ClockJump =
  | { type: 'slept'; from: number; to: number }
  | { type: 'stepped'; byMs: number }

/** The recorder's time. */
export interface RecorderClock {
  /** Epoch ms; never jumps while anything is recorded. */
  now(): number
  /** How far the wall clock is ahead of {@link now}, in ms: about 0, unless it has been set. */
  readonly wallAheadMs: number
  /**
   * Checks the clocks at once and notifies the listeners of a jump. Used when an impossible time
   * has been seen.
   */
  check(): void
  /** Adopts the wall clock's time. Called only when nothing is recorded. */
  adoptWallClock(): void
  /**
   * Moves the time forward to `epochMs` unless it is later already, and counts on from there. The
   * difference to the wall clock is reported to the listeners like a step.
   */
  notBefore(epochMs: number): void
  /**
   * Subscribes to jumps, which are noticed within a second (0.2 s while something is captured). The
   * returned function ends the subscription.
   */
  onJump(listener: (jump: ClockJump) => void): () => void
}
