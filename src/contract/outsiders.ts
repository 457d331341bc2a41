/** Outsiders: services outside this computer that remember checkpoints of the log. */

/** The kinds of outsiders: C2SP witnesses, and RFC 3161 timestamp authorities. */
export const OUTSIDER_KINDS = ['witness', 'timestampAuthority'] as const
/** The kind of an outsider. */
export type OutsiderKind = (typeof OUTSIDER_KINDS)[number]

/**
 * The reasons why an outsider does not remember the newest checkpoint: it does not answer, it
 * refuses, it has seen another log, its answer proves nothing, or this computer could not read the
 * checkpoint or keep the answer.
 */
export const OUTSIDER_PROBLEMS = [
  'unreachable',
  'refused',
  'contradicted',
  'invalidAnswer',
  'local',
] as const
/** The reason why an outsider does not remember the newest checkpoint. */
export type OutsiderProblem = (typeof OUTSIDER_PROBLEMS)[number]

/** A witness of config.json. */
export interface WitnessSetting {
  /** The address before `/add-checkpoint`. */
  url: string
  /** The key by which its cosignatures are verified, a C2SP vkey. */
  vkey: string
}

/** The outside witnesses that have contradicted a log, as it remembers them. */
export interface Contradiction {
  /** When the first of them did (RFC 3339). */
  since: string
  /** Their keys (vkeys), sorted. Empty where an earlier version did not write them. */
  witnesses: readonly string[]
}

/** The words of the witnesses of config.json on the log, since this start. */
export interface WitnessOpinions {
  /** Those that have seen another log under this name. */
  contradicting: readonly { name: string; vkey: string }[]
  /** The keys of those that have cosigned it, and have not contradicted it since. */
  confirming: readonly string[]
}

/** A checkpoint that an outsider has confirmed. */
export interface ConfirmedCheckpoint {
  /** The size of the tree: the number of records. */
  size: number
  /** When the outsider saw it, by its own clock. */
  at: string
}

/** The state of one outsider. */
export interface OutsiderView {
  kind: OutsiderKind
  /** The name of a witness's key; the host of a timestamp authority. */
  name: string
  url: string
  /** The newest checkpoint that it has confirmed. Null before the first one. */
  confirmed: ConfirmedCheckpoint | null
  /** Null while all is well. The message is a whole sentence. */
  problem: { code: OutsiderProblem; message: string; since: string } | null
}
