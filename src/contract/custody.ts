/** Custody: consent, holds, erasure, retention, and access to recordings. */
import type { By } from './by.ts'
import type { Medium } from './media.ts'
import type { WitnessSetting } from './outsiders.ts'

/** The answers of a customer to being recorded. `withdrawn` takes back what was granted. */
export const CONSENT_STATES = ['granted', 'declined', 'withdrawn'] as const
/** The answer of a customer to being recorded. */
export type ConsentState = (typeof CONSENT_STATES)[number]

/** How consent is handled: not at all, noted when it is given, or needed before every start. */
export const CONSENT_MODES = ['off', 'record', 'required'] as const
/** How consent is handled. */
export type ConsentMode = (typeof CONSENT_MODES)[number]

/** The consent as a client sends it. `method` says how it was given, e.g. `spoken`, `signed`. */
export interface Consent {
  state: ConsentState
  method: string
  note?: string
}

/** Whether nothing may be recorded any more. */
export function isRefusedConsent(state: ConsentState | null): boolean {
  return state === 'declined' || state === 'withdrawn'
}

/** The newest consent of a recording. */
export interface ConsentView extends Consent {
  at: string
  by: By
}

/** A legal hold in force: the recording cannot be erased while it stands. */
export interface HoldView {
  id: string
  reason: string
  at: string
  by: By
}

/** Why a recording was erased: a person asked, a rule of retention, or consent was withdrawn. */
export const ERASURE_CAUSES = ['request', 'retention', 'consentWithdrawn'] as const
/** Why a recording was erased. */
export type ErasureCause = (typeof ERASURE_CAUSES)[number]

/** When, by whom and why a recording was erased. */
export interface ErasedView {
  at: string
  by: By
  cause: ErasureCause
  reason: string
}

/** The acts that show somebody what is in a recording. */
export const ACCESS_ACTS = [
  'played',
  'downloaded',
  'exported',
  'bundled',
  'watched',
  'replayed',
  'readEvents',
  'inspected',
  'verified',
] as const
/** An act that shows somebody what is in a recording. */
export type AccessAct = (typeof ACCESS_ACTS)[number]

/** One act of access to a recording. */
export interface AccessView {
  act: AccessAct
  media: Medium[]
  at: string
  by: By
}

/** A rule of retention: recordings that it matches are kept for `keepDays` after their end. */
export interface RetentionRule {
  /** Names the rule in events and lists. */
  name: string
  keepDays: number
  /** Matches recordings with this tag; with a value, with this value. */
  tag?: { key: string; value?: string | number | boolean }
  /** Matches recordings by their newest consent. */
  consent?: ConsentState | 'none'
}

/** When a recording will be erased by retention, and by which rule; null: by `maxDays`. */
export interface RetentionView {
  eraseAt: string
  rule: string | null
}

/** A closed recording that retention will erase. */
export interface RetentionEntry extends RetentionView {
  recordingId: string
  endedAt: string
  /** How many holds keep it for now. */
  holds: number
}

/** The state of retention. */
export interface RetentionStatus {
  /**
   * Set while nothing is erased: the newest time that is sure, and the time of the system. `clock`:
   * it may be wrong. `lostEnd`: the log may have lost holds that were placed after `from`.
   * `contradicted`: an outside witness has contradicted the log since `from`, so that it may lack
   * holds.
   */
  waiting: { reason: 'clock' | 'lostEnd' | 'contradicted'; from: string; to: string } | null
  /** How many recordings are due now, without those that are held. */
  due: number
}

/** The rules of custody in force. A change is an event (`rules.changed`). */
export interface CustodyRules {
  consent: { mode: ConsentMode; eraseWhenWithdrawn: boolean }
  /** `other`: who placed a hold cannot be the one who releases it. */
  holds: { releaseBy: 'anyone' | 'other' }
  /**
   * Several rules that match: the longest wins. Without a match a recording is kept for `maxDays`,
   * without that for ever. Nothing is erased before `minDays`.
   */
  retention: { rules: RetentionRule[]; minDays: number; maxDays: number | null }
  /** Recipients (`age1…`) for which the identity of each new recording is also wrapped. */
  escrowRecipients: string[]
  allowCardNumbers: boolean
  /** The media that the system pauses while the screen is locked, and whether it resumes it. */
  lock: { pause: Medium[]; resume: boolean }
  /** Who remembers the log outside of this computer. Missing in events of former versions. */
  audit?: { witnesses: WitnessSetting[]; timestampUrl: string | null }
}

/** The places where a master key can be kept: the key store of the system, or a file (0600). */
export const KEY_PLACES = ['system', 'file'] as const
/** A place where a master key can be kept. */
export type KeyPlace = (typeof KEY_PLACES)[number]

/** The replacing of a master key by a new one, while it goes on. */
export interface KeyRotationView {
  /** The id of the key that is being replaced. */
  from: string
  /** How many keys are wrapped by the new one already, of how many. */
  done: number
  total: number
  /** Why it does not go on; null while it does. */
  problem: string | null
}

/** The state of the keys of a home. None of it is a secret. */
export interface KeyStatus {
  /** Why the keys cannot be used; null while they can. */
  problem: string | null
  /** The key that wraps all others; null while there is none. */
  masterKey: { id: string; place: KeyPlace; createdAt: string } | null
  /** Why the master key is in a file although the system's key store was wanted; null otherwise. */
  fileReason: string | null
  /** The rotation under way; null when there is none. */
  rotation: KeyRotationView | null
  /** How many recordings have keys. */
  recordings: number
  /** How many of them have no folder: they were never recorded, or their files are lost. */
  withoutFiles: number
  /** How many of them are also wrapped for an organisation. */
  escrowed: number
  /** How many keys of recordings have been destroyed since the master key was made. */
  destroyed: number
  /** When the master key was last written to a backup; null when it was not. */
  backedUpAt: string | null
}
