import type { CustodyRules } from '../../contract/custody.ts'
import type { LogEvent } from '../../contract/events.ts'
import type { Contradiction } from '../../contract/outsiders.ts'
import { applySigningKeyEvent, type SigningKeyEntry } from '../tree/signing-key-events.ts'
import { applyTokenEvent, type Tokens } from './tokens.ts'
import { applyTimeEvent, NO_TIME, type TrustedTime } from './trusted-time.ts'
import { applyErasureEvent, type UnfinishedErasures } from './unfinished-erasures.ts'
import { applyFileEvent, type UnfinishedFiles } from './unfinished-files.ts'

/** The fold of a whole log, besides its recordings. */
export interface LogState {
  /** Time of the last event (RFC 3339); null when there is none. */
  lastEventAt: string | null
  tokens: Tokens
  /** The newest rules of custody in the log. */
  rules: CustodyRules | undefined
  erasures: UnfinishedErasures
  files: UnfinishedFiles
  /** The recordings that are erased, also those whose erasure has only begun. */
  erased: Set<string>
  time: TrustedTime
  /** The witnesses that contradict the log; null while none does. */
  contradiction: Contradiction | null
  /** The keys that sign checkpoints, oldest first. */
  signingKeys: SigningKeyEntry[]
  /** The position of the first event of each recording that is not closed, oldest first. */
  begun: Map<string, number>
}

/** Returns the state of an empty log. */
export function emptyState(): LogState {
  return {
    lastEventAt: null,
    tokens: new Map(),
    rules: undefined,
    erasures: new Map(),
    files: new Map(),
    erased: new Set(),
    time: NO_TIME,
    contradiction: null,
    signingKeys: [],
    begun: new Map(),
  }
}

/** Applies an event to the state of a log, in place. */
export function applyToState(state: LogState, event: LogEvent): void {
  state.lastEventAt = event.at
  applyTokenEvent(state.tokens, event)
  if (event.type === 'rules.changed') state.rules = event.data.rules
  if (event.type === 'recording.erasing' && event.recordingId !== null)
    state.erased.add(event.recordingId)
  applyErasureEvent(state.erasures, event)
  applyFileEvent(state.files, event)
  state.time = applyTimeEvent(state.time, event)
  applySigningKeyEvent(state.signingKeys, event)
  applyContradiction(state, event)
  applyBeginning(state.begun, event)
}

function applyContradiction(state: LogState, { type, data, at }: LogEvent): void {
  if (type === 'warning.cleared' && data.code === 'LOG_CONTRADICTED') state.contradiction = null
  if (type !== 'warning.raised' || data.code !== 'LOG_CONTRADICTED') return
  const { since, witnesses } = state.contradiction ?? { since: at, witnesses: [] }
  const all = new Set([...witnesses, ...(data.witnesses ?? [])])
  state.contradiction = { since, witnesses: [...all].sort() }
}

function applyBeginning(begun: LogState['begun'], event: LogEvent): void {
  const { recordingId: id, position, version, type } = event
  if (id === null) return
  // The command that starts a recording is right before its first event, in the same batch.
  if (type === 'recording.starting') begun.set(id, position - (version ?? 1) + 1)
  else if (type === 'recording.closed' || type === 'recording.startFailed') begun.delete(id)
}
