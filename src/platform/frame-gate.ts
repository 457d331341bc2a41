import type { ChildCommand } from '../processes/child-process.ts'

/**
 * Stands between a screen and its capture helper, and decides when the helper may capture the next
 * frame: when the picture has changed, and now and then while it stands still.
 */
export interface FrameGate {
  /** The capture helper, made to capture through the gate. */
  readonly command: ChildCommand
  readonly env: NodeJS.ProcessEnv
  /** Whether the helper has found the gate. One that has not needs to capture without it. */
  readonly isUsed: boolean
  /** Connects a helper that waits at the gate to the screen. No device is open before. */
  begin(): void
  /** Observes the size of each encoded frame: those of a still picture are tiny. */
  observeFrame(bytes: number): void
  /** Lets every frame pass at once from now on. Returns whether one was held. */
  open(): boolean
  /** Ends the helper's connection to the screen. */
  stop(): void
}

/** Makes a gate; undefined where there is none. Never rejects. */
export type MakeFrameGate = () => Promise<FrameGate | undefined>
