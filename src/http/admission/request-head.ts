/** The head of a request as admission sees it: raw bytes that no HTTP parser has read yet. */

/** Node's own limit for a head, in bytes. */
const MAX_HEAD_BYTES = 16_384
const HEAD_END = Buffer.from('\r\n\r\n')
const LINE_FEED = 0x0a

/**
 * Returns the length of the head in bytes, with its empty line. Null while the head is incomplete.
 * Bytes that cannot become a head count as one at once, so that the parser refuses them.
 */
export function headLength(bytes: Buffer): number | null {
  const end = bytes.indexOf(HEAD_END)
  if (end !== -1) return end + HEAD_END.length
  if (bytes.length > MAX_HEAD_BYTES || !startsLikeRequest(bytes)) return bytes.length
  return null
}

/** Whether the first line may be a request line, RFC 9112 section 3: printable ASCII. */
function startsLikeRequest(bytes: Buffer): boolean {
  const lineEnd = bytes.indexOf(LINE_FEED)
  const line = bytes.toString('latin1', 0, lineEnd === -1 ? bytes.length : lineEnd)
  // A client may send empty lines before the request line (RFC 9112 section 2.2).
  if (line.trim() === '') return true
  return lineEnd === -1
    ? /^[\x20-\x7e]*\r?$/.test(line)
    : /^[A-Z]+ [\x21-\x7e]+ HTTP\/1\.[01]\r$/.test(line)
}

/** The headers by which a client says who it is. */
export interface CredentialHeaders {
  authorization: string | undefined
  /** All Cookie headers, joined. */
  cookie: string | undefined
}

/** Finds the credentials in a head. They are not checked here. */
export function credentialHeaders(head: Buffer): CredentialHeaders {
  let authorization: string | undefined
  const cookies: string[] = []
  for (const line of head.toString('latin1').split('\r\n').slice(1)) {
    const colon = line.indexOf(':')
    // Both names have fixed lengths, which spares most lines the comparison.
    if (colon === 13 && line.slice(0, colon).toLowerCase() === 'authorization')
      authorization ??= line.slice(colon + 1).trim()
    else if (colon === 6 && line.slice(0, colon).toLowerCase() === 'cookie')
      cookies.push(line.slice(colon + 1).trim())
  }
  return { authorization, cookie: cookies.length === 0 ? undefined : cookies.join('; ') }
}

/** Whether a request with this method only reads (RFC 9110 section 9.2.1). Any other may act. */
export function isSafe(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

/** Returns the method that a head begins with. */
export function methodOf(head: Buffer): string {
  return /^\s*([A-Z]*)/.exec(head.toString('latin1', 0, 64))![1]!
}
