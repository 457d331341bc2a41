import type { OutsiderKind } from '../../contract/outsiders.ts'

/** The result of the checks that the recorder makes while it writes a bundle. Plain JSON. */
export interface Verdict {
  /** Events in the bundle. Each was compared with the hash in the record behind it. */
  events: number
  /** Events whose proof leads to the root that the checkpoint names. */
  proven: number
  /** Segments that the log names, and those whose stored file has the hash in the log. */
  segments: number
  intact: number
  /** The checkpoint: its log, how many records it covers, and whose signatures were verified. */
  checkpoint: { origin: string; size: number; signers: string[] }
  /** The checkpoints that outsiders have confirmed, in the order of the files. */
  confirmations: Confirmation[]
  findings: Finding[]
}

/** A checkpoint of the log that an outsider has confirmed. */
export interface Confirmation {
  kind: OutsiderKind
  /** The name of the witness; null of an authority, whose name is in its certificate. */
  name: string | null
  /** When, by the clock of the outsider; null when the timestamp cannot be read. */
  at: string | null
  /** How many records of the log the checkpoint covers, and how many events of the bundle. */
  size: number
  covered: number
}

/** Something that is not as it should be. */
export type Finding =
  | { kind: 'segmentMissing'; file: string; expected: string }
  | { kind: 'segmentChanged'; file: string; expected: string; found: string }
  | { kind: 'notProven'; position: number }
  | { kind: 'factMissing'; position: number; expected: number; found: number }
  | { kind: 'notClosed' }
  | { kind: 'notSigned'; reason: string }
  | { kind: 'confirmationWrong'; file: string; reason: string }
  /** The timestamp is left out. */
  | { kind: 'timestampWrong'; file: string }
