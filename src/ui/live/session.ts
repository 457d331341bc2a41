import { signal } from '@preact/signals'
import type { SessionView } from '../../client/types.ts'
import { recorder } from './recorder.ts'

/** A scope of the session. */
export type SessionScope = SessionView['scopes'][number]

/** The session of this browser; null until it has been read. */
export const session = signal<SessionView | null>(null)

let reading: Promise<void> | null = null
let isFollowing = false

/**
 * Reads the session, and again whenever the person comes back to this window: a new link may have
 * given the browser another one. Without an answer the page offers what every session may do.
 */
export function loadSession(): Promise<void> {
  if (!isFollowing) addEventListener('focus', () => void read())
  isFollowing = true
  return read()
}

function read(): Promise<void> {
  reading ??= recorder
    .session()
    .then(
      (view) => {
        session.value = view
      },
      () => {},
    )
    .finally(() => {
      reading = null
    })
  return reading
}

/** Whether the session has a scope. The recorder decides; this only says what to offer. */
export function hasScope(scope: SessionScope): boolean {
  return session.value?.scopes.includes(scope) ?? false
}
