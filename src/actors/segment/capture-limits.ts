/** Times a capture goes by, in ms. */
export interface CaptureLimits {
  /** From open to the first media in the file. */
  flow: number
  /** Without media while they should flow; with what ending it takes, it is told within 3 s. */
  stall: number
  /**
   * From the end of the processes to a closed file; after that the file is reported as unfinished.
   */
  finish: number
  /** First and longest pause between tries to get media again. */
  retryFirst: number
  retryMax: number
  /** Time for an encoder to write the rest, and then to end after a SIGTERM. */
  encoderFinish: number
  encoderTerminate: number
  /** Time for a screen capture to finish. */
  screenQuit: number
  /** Longest time a single file operation may take. */
  fileOperation: number
}

/** The limits in use; tests use shorter ones. */
export const CAPTURE_LIMITS: CaptureLimits = {
  flow: 5_000,
  stall: 2_400,
  finish: 2_000,
  retryFirst: 250,
  retryMax: 2_000,
  encoderFinish: 1_000,
  encoderTerminate: 300,
  screenQuit: 500,
  fileOperation: 10_000,
}
