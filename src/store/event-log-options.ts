import type { KeyRing } from '../custody/port.ts'
import type { OpeningProgress } from './opening/open-verified-log.ts'
import type { ValueSeals } from './sealing/value-seals.ts'

/** How to open an event log. */
export interface EventLogOptions {
  /** The LevelDB folder; created when it is missing. */
  folder: string
  /**
   * The keys that seal what events say about persons. While they cannot be used, the log is
   * read-only.
   */
  keys: KeyRing
  /** Returns milliseconds that never jump, for the age of kept answers. */
  monotonic?: () => number
  /** Called from time to time while the log is verified and its projections are rebuilt. */
  onProgress?: (progress: OpeningProgress) => void
  /**
   * Called when no other process can have the log open any more, and before it is verified. Not
   * called when it is opened again.
   */
  onLocked?: () => Promise<void>
  /** A file outside the folder that names a durable event (witness.ts); default `<folder>.head`. */
  witnessFile?: string
  /** The recordings' folder. Beside recordings no log may be empty. */
  recordingsFolder?: string
  /**
   * A person has confirmed that a log whose witness is lost is to be used as it is. Its first event
   * must then be `log.witnessLost`.
   */
  acceptLostWitness?: boolean
  /**
   * How many of its last events a log that is opened from its stored state verifies at once;
   * default 20,000. A log that has no more is verified at once as a whole.
   */
  verifiedAtOnce?: number
  /** Called with background errors that do not harm the log. Default: a process warning. */
  onProblem?: (problem: Error) => void
}

/** The options of an event log, with their defaults, and its seals. */
export type LogSettings = Omit<EventLogOptions, 'onLocked'> & { seals: ValueSeals } & Required<
    Pick<
      EventLogOptions,
      'monotonic' | 'onProgress' | 'witnessFile' | 'onProblem' | 'verifiedAtOnce'
    >
  >
