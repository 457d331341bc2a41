/**
 * Whether an `If-None-Match` names an entity tag (RFC 9110, 13.1.2): in a list, as a weak tag, or
 * by `*`.
 */
export function hasEntityTag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(etag)
}
