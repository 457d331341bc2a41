/** Escapes a key as a reference token of a JSON Pointer (RFC 6901), with its slash. */
export function referenceToken(key: PropertyKey): string {
  return `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
}
