/**
 * All scopes of a credential. `read` is every GET except those of `audit` and `admin`; `control` is
 * start, stop, pause, resume, close, and the customer's consent. docs/authentication.md lists all.
 */
export const SCOPES = ['read', 'tag', 'control', 'audit', 'admin'] as const
/** A scope of a credential. */
export type Scope = (typeof SCOPES)[number]

/**
 * Scopes of the person at the recorder's own page: all but `admin`, which a session has only when
 * its launch asked for it.
 */
export const UI_SCOPES: readonly Scope[] = ['read', 'tag', 'control', 'audit']

/**
 * Whether a word names a scope of this version. A log may contain scopes of a later version, which
 * are not granted.
 */
export function isScope(word: string): word is Scope {
  return (SCOPES as readonly string[]).includes(word)
}
