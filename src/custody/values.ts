import { unwrap, wrap } from './wrap.ts'

/**
 * A value as it is stored: sealed, so that only the key of its recording opens it. `at` is the
 * position of its event. `of: "home"` says that the key of the home opens it: its event belongs to
 * no recording, or to one without keys.
 */
export interface SealedValue {
  $sealed: string
  at: number
  of?: 'home'
}

/** The place of a value: it can be opened nowhere else. */
export interface ValuePlace {
  recordingId: string | null
  /** The position of its event. */
  position: number
  /** The member of the event's data, such as `detail` or `tags.customer`. */
  member: string
}

/** Whether a value is a sealed one. Tags are never objects, so no client can forge one. */
export function isSealedValue(value: unknown): value is SealedValue {
  return typeof value === 'object' && value !== null && '$sealed' in value
}

/** Seals a JSON value for its place (AES-256-GCM). Returns base64url. */
export function sealValue(key: Buffer, place: ValuePlace, value: unknown): string {
  return wrap(key, JSON.stringify(value), contextOf(place)).toString('base64url')
}

/** Opens a value in its place. Throws when key, place or text are not those of its sealing. */
export function openValue(key: Buffer, place: ValuePlace, sealed: string): unknown {
  return JSON.parse(unwrap(key, Buffer.from(sealed, 'base64url'), contextOf(place)).toString())
}

function contextOf({ recordingId, position, member }: ValuePlace): string {
  return JSON.stringify(['f2f value', recordingId, position, member])
}
