import { signal } from '@preact/signals'
import type { SessionView } from '../../client/types.ts'
import { recorder } from './recorder.ts'

/** A scope of the session. */
export type SessionScope = SessionView['scopes'][number]

/** The session of this browser; null until it has been read. */
export const session = signal<SessionView | null>(null)

let reading: Promise<void> | null = null

/** Reads the session once. Without an answer the page offers what every session may do. */
export function loadSession(): Promise<void> {
  reading ??= recorder.session().then(
    (view) => {
      session.value = view
    },
    () => {
      reading = null
    },
  )
  return reading
}

/** Whether the session has a scope. The recorder decides; this only says what to offer. */
export function hasScope(scope: SessionScope): boolean {
  return session.value?.scopes.includes(scope) ?? false
}
