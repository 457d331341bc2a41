import type { HeaderName } from '../route.ts'
import { type Json, refTo } from './schemas.ts'

/** A header in the document. */
interface Header {
  description: string
  example: string
}

type AnyHeader = HeaderName | 'Allow' | 'Retry-After' | 'WWW-Authenticate' | 'X-Request-Id'

const SHA256 = '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae'

const HEADERS: Record<AnyHeader, Header> = {
  'Accept-Ranges': { description: '`bytes`', example: 'bytes' },
  Allow: { description: 'The methods that the path supports', example: 'HEAD, GET, POST' },
  'Content-Disposition': {
    description: 'The name under which a client saves the file (RFC 6266)',
    example: 'attachment; filename="gaps.csv"',
  },
  'Content-Range': {
    description: 'The part of the file that the answer contains',
    example: 'bytes 0-1023/48213',
  },
  ETag: {
    description: 'For a recording its version in quotes, for `If-Match`; for a file its SHA-256',
    example: '"9"',
  },
  'F2F-Challenge': {
    description: '32 random bytes as base64url, 43 characters',
    example: 'Q'.repeat(43),
  },
  'F2F-Proof': {
    description: 'The proof that this is the daemon of the home, for `F2F-Challenge`',
    example: 'Q'.repeat(43),
  },
  'Idempotency-Key': {
    description:
      '1 to 128 visible ASCII characters. The same client, key and body get the first 2xx answer again, for 24 hours of a running recorder. They are counted without the system clock, and time in which no recorder runs does not count. When the recorder is killed just after it has answered a start or resume, that command runs again: compare the id of the recording.',
    example: '0d0b6c1e-start',
  },
  'If-Match': { description: 'The ETag that the recording must have', example: '"9"' },
  'If-None-Match': {
    description: 'The ETag of the file that the client has',
    example: `"${SHA256}"`,
  },
  'If-Range': {
    description: 'The ETag of the file that the client has in part',
    example: `"${SHA256}"`,
  },
  'Last-Event-ID': {
    description: 'The position of the last event that the client has',
    example: '20',
  },
  Link: {
    description: 'The next page (RFC 8288), of a page in CSV',
    example: '</v1/audit/reports/gaps?limit=100&cursor=WyJnYXBzIl0>; rel="next"',
  },
  Location: {
    description: 'The URL of the new resource, or the URL to open next',
    example: '/v1/recordings/cb455be5-af7a-49a5-a50a-a14bca17c846',
  },
  Range: {
    description: 'One range of bytes. A request for several gets the whole file.',
    example: 'bytes=0-1023',
  },
  'Repr-Digest': {
    description: 'SHA-256 of the whole file (RFC 9530)',
    example: `sha-256=:${Buffer.from(SHA256, 'hex').toString('base64')}:`,
  },
  'Retry-After': { description: 'Seconds to wait', example: '1' },
  'Set-Cookie': {
    description: 'The session of the browser',
    example: 'f2f_session_3887=…; Path=/; HttpOnly; SameSite=Strict',
  },
  'WWW-Authenticate': { description: 'How to authenticate', example: 'Bearer realm="f2f"' },
  'X-Request-Id': {
    description: 'Identifies the request in the recorder’s log',
    example: '5f0c1d2e3a4b-17',
  },
}

const REQUEST_HEADERS: readonly HeaderName[] = [
  ...(['F2F-Challenge', 'Idempotency-Key', 'If-Match', 'If-None-Match', 'If-Range'] as const),
  ...(['Last-Event-ID', 'Range'] as const),
]

const schema = { type: 'string' }

/** Returns the header parameters that operations refer to. */
export function headerParameters(): Json {
  return Object.fromEntries(
    REQUEST_HEADERS.map((name) => [
      name,
      { name, in: 'header', required: false, ...HEADERS[name], schema },
    ]),
  )
}

/** Returns the headers of answers that operations refer to. */
export function headerComponents(): Json {
  const names = (Object.keys(HEADERS) as AnyHeader[]).filter(
    (name) => !(REQUEST_HEADERS as readonly string[]).includes(name),
  )
  return Object.fromEntries(names.map((name) => [name, { ...HEADERS[name], schema }]))
}

/** Returns references to the headers of an answer. */
export function answerHeaders(names: readonly AnyHeader[]): Json {
  return Object.fromEntries(
    [...names, 'X-Request-Id'].map((name) => [name, refTo('headers', name)]),
  )
}
