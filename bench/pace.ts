/** The number of rounds and the length of each. */
export interface Pace {
  /** Rounds of the HTTP bench for each row, and how long each is. */
  httpRounds: number
  httpRoundMs: number
  /** Starts of each kind. */
  starts: number
  /** Rounds of recording three media, and how long each is. */
  recordingRounds: number
  recordingMs: number
  /** Rounds of start, pause, resume and stop. */
  latencyRounds: number
  /** The same, alternating with OBS. */
  obsRounds: number
  idleMs: number
  /** Recordings in the log whose opening is measured, and how often it is opened. */
  sealedRecordings: number
  sealedRounds: number
  /** Pairs of a sealed and an unsealed recording, and how long each is. */
  sealingPairs: number
  sealingMs: number
  /** Pairs of a pause and of consent withdrawn. */
  consentRounds: number
  /** Segments of the recording that is erased: three for each pause. */
  erasedSegments: number
  /** Recordings over which retention runs, and those of them that it erases. */
  retainedRecordings: number
  dueRecordings: number
  /** Recordings of 100 events in the log that an auditor asks, and how often. */
  auditRecordings: number
  auditRounds: number
  /** Events in the log whose opening is measured, and how often it is opened. */
  openingEvents: number
  openingRounds: number
}

/** For figures to keep. */
export const FULL: Pace = {
  httpRounds: 9,
  httpRoundMs: 1_500,
  starts: 11,
  recordingRounds: 3,
  recordingMs: 20_000,
  latencyRounds: 50,
  obsRounds: 15,
  idleMs: 10_000,
  sealedRecordings: 10_000,
  sealedRounds: 5,
  sealingPairs: 5,
  sealingMs: 20_000,
  consentRounds: 7,
  erasedSegments: 300,
  retainedRecordings: 10_000,
  dueRecordings: 200,
  auditRecordings: 10_000,
  auditRounds: 15,
  openingEvents: 1_000_000,
  openingRounds: 5,
}

/** For a first look. */
export const QUICK: Pace = {
  httpRounds: 3,
  httpRoundMs: 500,
  starts: 3,
  recordingRounds: 1,
  recordingMs: 6_000,
  latencyRounds: 5,
  obsRounds: 3,
  idleMs: 4_000,
  sealedRecordings: 1_000,
  sealedRounds: 3,
  sealingPairs: 3,
  sealingMs: 6_000,
  consentRounds: 4,
  erasedSegments: 60,
  retainedRecordings: 1_000,
  dueRecordings: 20,
  auditRecordings: 1_000,
  auditRounds: 5,
  openingEvents: 100_000,
  openingRounds: 3,
}
