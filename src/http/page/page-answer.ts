import type { IncomingHttpHeaders } from 'node:http'
import { hasEntityTag } from '../answers/entity-tag.ts'
import { CODINGS, type Coding, type PageFile } from './page-files.ts'

/** An answer with a file of the page. `headers` are complete, names and values alternating. */
export interface PageAnswer {
  status: 200 | 304
  headers: readonly string[]
  content: Buffer
}

/** Returns the policy of a file of the page, which may have styles of its own, by their hashes. */
function contentSecurityPolicy(styleHashes: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    ["style-src 'self'", ...styleHashes.map((hash) => `'sha256-${hash}'`)].join(' '),
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types f2f 'allow-duplicates'",
  ].join('; ')
}

/**
 * The security headers of the page's files besides their policy, names and values alternating. The
 * page may load only from this daemon, run no text as a script, and open no device: the daemon
 * alone records.
 */
const PAGE_HEADERS: readonly string[] = [
  'X-Content-Type-Options',
  'nosniff',
  'Cross-Origin-Opener-Policy',
  'same-origin',
  'Cross-Origin-Resource-Policy',
  'same-origin',
  'Referrer-Policy',
  'no-referrer',
  'Permissions-Policy',
  'camera=(), microphone=(), geolocation=(), display-capture=()',
]

const IMMUTABLE = 'public, max-age=31536000, immutable'

/** Answers with a file in the coding that the client accepts, or with 304 when it has the file. */
export function answerPageFile(file: PageFile, request: IncomingHttpHeaders): PageAnswer {
  const coding = acceptedCoding(file, request['accept-encoding'])
  const etag = `"${file.hash}${coding === null ? '' : `-${coding}`}"`
  const headers = [
    ...PAGE_HEADERS,
    ...['Content-Security-Policy', contentSecurityPolicy(file.styleHashes)],
    ...['Cache-Control', file.immutable ? IMMUTABLE : 'no-cache'],
    ...['ETag', etag, 'Vary', 'Accept-Encoding'],
  ]
  if (hasEntityTag(request['if-none-match'], etag))
    return { status: 304, headers, content: Buffer.alloc(0) }
  const content = coding === null ? file.content : file.compressed[coding]!
  headers.push('Content-Type', file.type, 'Content-Length', String(content.length))
  if (coding !== null) headers.push('Content-Encoding', coding)
  return { status: 200, headers, content }
}

/** Returns the best coding of a copy that the client accepts, null for none. */
function acceptedCoding(file: PageFile, acceptEncoding = ''): Coding | null {
  const isAccepted = new Map(
    acceptEncoding
      .toLowerCase()
      .split(',')
      .map((part) => {
        const [name = '', ...parameters] = part.split(';').map((text) => text.trim())
        return [name, !parameters.some((text) => /^q=0(?:\.0*)?$/.test(text))] as const
      }),
  )
  for (const coding of Object.keys(CODINGS) as Coding[])
    if (file.compressed[coding] !== undefined && isAccepted.get(coding) === true) return coding
  return null
}
