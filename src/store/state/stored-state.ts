import { hash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { CustodyRules } from '../../contract/custody.ts'
import type { EventOf } from '../../contract/events.ts'
import type { Contradiction } from '../../contract/outsiders.ts'
import type { Token } from '../port.ts'
import type { Head } from '../records/record.ts'
import type { SigningKeyEntry } from '../tree/signing-key-events.ts'
import type { LogState } from './log-state.ts'
import type { TrustedTime } from './trusted-time.ts'
import type { UnfinishedFile } from './unfinished-files.ts'

/** Increased whenever the format changes, or the same events are folded to another state. */
const STATE_VERSION = 5
/** Hexadecimal digits of a SHA-256. */
const DIGITS = 64

/** The state of a log after one of its events, as it is stored. All of it is in the log, too. */
export interface StoredState {
  version: number
  /** The event after which the log had this state. */
  head: Head
  /** The root of the tree of the events up to it: hexadecimal digits. */
  root: string
  lastEventAt: string | null
  tokens: Token[]
  rules: CustodyRules | null
  erasures: EventOf<'recording.erasing'>[]
  files: [key: string, file: UnfinishedFile][]
  erased: string[]
  time: TrustedTime
  contradiction: Contradiction | null
  signingKeys: SigningKeyEntry[]
  begun: [recordingId: string, position: number][]
}

/** Returns what is stored of a state. */
export function toStoredState(head: Head, root: Buffer, state: LogState): StoredState {
  return {
    version: STATE_VERSION,
    head: { ...head },
    root: root.toString('hex'),
    lastEventAt: state.lastEventAt,
    tokens: [...state.tokens.values()],
    rules: state.rules ?? null,
    erasures: [...state.erasures.values()],
    files: [...state.files],
    erased: [...state.erased],
    time: state.time,
    contradiction: state.contradiction,
    signingKeys: [...state.signingKeys],
    begun: [...state.begun],
  }
}

/** Returns the state that was stored. */
export function fromStoredState(stored: StoredState): LogState {
  return {
    lastEventAt: stored.lastEventAt,
    tokens: new Map(stored.tokens.map((token) => [token.id, token])),
    rules: stored.rules ?? undefined,
    erasures: new Map(stored.erasures.map((event) => [event.recordingId as string, event])),
    files: new Map(stored.files),
    erased: new Set(stored.erased),
    time: stored.time,
    contradiction: stored.contradiction,
    signingKeys: [...stored.signingKeys],
    begun: new Map(stored.begun),
  }
}

/** Whether a stored state is what the log says. */
export function isSameState(stored: StoredState, root: Buffer, state: LogState): boolean {
  const expected = JSON.parse(JSON.stringify(toStoredState(stored.head, root, state)))
  return isDeepStrictEqual(stored, expected)
}

/** Encodes a state as the content of its file: the SHA-256 of a line of JSON, then that line. */
export function encodeState(stored: StoredState): string {
  const text = JSON.stringify(stored)
  return `${sha256(text)} ${text}\n`
}

/** Decodes the content of the file; undefined when it is damaged or of another version. */
export function decodeState(content: string): StoredState | undefined {
  const text = content.slice(DIGITS + 1, -1)
  if (content !== `${sha256(text)} ${text}\n`) return undefined
  const stored: StoredState = JSON.parse(text)
  return stored.version === STATE_VERSION ? stored : undefined
}

const sha256 = (text: string): string => hash('sha256', text)
