/**
 * What a credential may be good for. `read` is every GET but those of `audit` and `admin`;
 * `control` is start, stop, pause, resume, close.
 */
export const SCOPES = ['read', 'tag', 'control', 'audit', 'admin'] as const
/** What a credential may be good for. */
export type Scope = (typeof SCOPES)[number]

/** What the person at the recorder's own page may do: everything but `admin`. */
export const UI_SCOPES: readonly Scope[] = ['read', 'tag', 'control', 'audit']

/** Whether a word names a scope; scopes of a later version in an old log are not ours to grant. */
export function isScope(word: string): word is Scope {
  return (SCOPES as readonly string[]).includes(word)
}
