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
  checkpoint: { origin: string; size: number; signers: string[]; cosignatures: number }
  /** Whether an RFC 3161 timestamp of the checkpoint lies beside it. */
  isTimestamped: boolean
  findings: Finding[]
}

/** Something that is not as it should be. */
export type Finding =
  | { kind: 'segmentMissing'; file: string; expected: string }
  | { kind: 'segmentChanged'; file: string; expected: string; found: string }
  | { kind: 'notProven'; position: number }
  | { kind: 'factMissing'; position: number; expected: number; found: number }
  | { kind: 'notClosed' }
  | { kind: 'notSigned'; reason: string }
