/** The form of a tag key: a letter and up to 63 letters, digits, `_`, `.` or `-`. */
export const TAG_KEY = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/

/** Names that no tag can have, because JavaScript gives them a meaning of their own. */
export const IMPOSSIBLE_TAG_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype']

/** Keys that start with this are set by the recorder alone. */
export const SYSTEM_TAG_PREFIX = 'system.'

/** The most tags that one request may set. */
export const MAX_TAGS_PER_REQUEST = 64

/** Whether a client may set a tag with this key. */
export function isClientTagKey(key: unknown): key is string {
  return (
    typeof key === 'string' &&
    TAG_KEY.test(key) &&
    !IMPOSSIBLE_TAG_KEYS.includes(key) &&
    !key.startsWith(SYSTEM_TAG_PREFIX)
  )
}
