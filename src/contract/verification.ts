import type { OutsiderKind } from './outsiders.ts'

/** The kinds of faults of the events themselves and their order. */
export const EVENT_FAULTS = [
  'eventMissing',
  'eventForeign',
  'eventUnreadable',
  'chainBroken',
  'headWrong',
  'witnessWrong',
] as const

/** The kinds of faults that a verification finds. */
export const FINDING_CODES = [
  ...EVENT_FAULTS,
  'checkpointMissing',
  'checkpointForged',
  'rootWrong',
  'treeWrong',
  'keyUnknown',
  'keyChangeWrong',
  'viewWrong',
  'replayWrong',
  'segmentMissing',
  'segmentChanged',
  'receiptWrong',
  'logRolledBack',
  'timestampWrong',
  'factMissing',
  'valueWrong',
  'layoutUnknown',
] as const

/** The kind of a fault. */
export type FindingCode = (typeof FINDING_CODES)[number]

/** One fault that a verification has found. */
export interface Finding {
  code: FindingCode
  /** The event that it is about; null when it is about no single one. */
  position: number | null
  /** The file below the home folder that it is about; null when it is about none. */
  file: string | null
  expected: string | null
  found: string | null
  /** The fault in a whole sentence. */
  detail: string
}

/** The newest checkpoint of this log that an outsider has confirmed, as it is stored. */
export interface StoredConfirmation {
  kind: OutsiderKind
  /** The name of a witness; null of an authority, whose name is in its certificate. */
  name: string | null
  /** How many events the checkpoint covers. */
  size: number
  /** When, by the clock of the outsider. */
  at: string
  /** Whether the signature was verified, by a key that was given. Never that of an authority. */
  isVerified: boolean
}

/** The result of a verification. */
export interface Verdict {
  /** Whether nothing was found. */
  isGood: boolean
  /** The last event that was verified. */
  position: number
  /** The number of events in the newest checkpoint; null while no key has signed. */
  checkpointSize: number | null
  /** Whether the key was given by who asked. Otherwise it was taken from the log itself. */
  isKeyTrusted: boolean
  checked: {
    events: number
    checkpoints: number
    segments: number
    bytes: number
    receipts: number
    /** Cosignatures of known witnesses, and timestamps. */
    cosignatures: number
    timestamps: number
  }
  confirmations: StoredConfirmation[]
  /** The first faults, at most 100. */
  findings: Finding[]
  /** How many there are. */
  found: number
  /** The things that can be relied on, in whole sentences. */
  stillGood: string[]
}

/** How far a verification has come. */
export interface VerificationProgress {
  task: 'events' | 'segments'
  done: number
  total: number
}

/** A verification by a running recorder. */
export interface VerificationView {
  id: string
  /** `failed`: the log could not be read to its end, which says nothing about it. */
  state: 'waiting' | 'running' | 'done' | 'failed'
  recordingId: string | null
  startedAt: string
  endedAt: string | null
  /** Set while it runs. */
  progress: VerificationProgress | null
  /** Set when it is done. */
  verdict: Verdict | null
}
