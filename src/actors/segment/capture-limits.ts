/** Time limits of a capture, in ms. */
export interface CaptureLimits {
  /** From open to the first media in the file. */
  flow: number
  /** For a spare in use to write its first output; then a fresh program takes its place. */
  spareOutput: number
  /** Without media while they should flow. A stall is reported within 3 s, the end included. */
  stall: number
  /** From the end of the processes to a closed file; then the file is reported as unfinished. */
  finish: number
  /** First and longest pause between attempts to get media again. */
  retryFirst: number
  retryMax: number
  /** For an encoder to write the rest, and then to end after a SIGTERM. */
  encoderFinish: number
  encoderTerminate: number
  /** For a screen capture to finish. */
  screenQuit: number
  /** For a single file operation. */
  fileOperation: number
}

/** The limits in use; tests use shorter ones. */
export const CAPTURE_LIMITS: CaptureLimits = {
  flow: 5_000,
  spareOutput: 1_800,
  stall: 2_400,
  finish: 2_000,
  retryFirst: 250,
  retryMax: 2_000,
  encoderFinish: 1_000,
  encoderTerminate: 300,
  screenQuit: 500,
  fileOperation: 10_000,
}
