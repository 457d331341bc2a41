import { pipeline } from 'node:stream/promises'
import type { StoredMedia } from '../../age/stored-media.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { HttpContext } from '../context.ts'
import type { HeaderName, RouteResponse } from '../route.ts'
import { parseRange } from './byte-range.ts'
import { hasEntityTag } from './entity-tag.ts'
import { sendEmpty, sendHead } from './send-answer.ts'

/** The headers that a request for a file may carry. */
export const FILE_REQUEST_HEADERS: HeaderName[] = ['Range', 'If-Range', 'If-None-Match']

/** Returns the outcomes of a route that sends files of these types with {@link sendFile}. */
export function fileOutcomes(...types: string[]): RouteResponse[] {
  const content = Object.fromEntries(types.map((type) => [type, null]))
  const always = ['Accept-Ranges', 'ETag', 'Repr-Digest'] as const
  return [
    {
      status: 200,
      description: 'The file',
      content,
      headers: [...always, 'Content-Disposition'],
    },
    {
      status: 206,
      description: 'The part of the file that Range asks for',
      content,
      headers: [...always, 'Content-Disposition', 'Content-Range'],
    },
    { status: 304, description: 'The file that If-None-Match names', headers: [...always] },
  ]
}

/** A file that no longer changes. */
export interface ImmutableFile {
  /** Opens it for reading. */
  open(): Promise<StoredMedia>
  /** The content type. */
  type: string
  /** The name under which a browser saves it, in ASCII without quotes. */
  name: string
  /** SHA-256, lower-case hex. */
  sha256: string
  /** Called before the first byte of it leaves. Nothing is sent when it rejects. */
  beforeSending?(): Promise<void>
  /** Nothing is sent once it is aborted; an answer that has begun goes on. */
  signal?: AbortSignal
}

/**
 * Sends a file, or the part that Range asks for, with its digest (RFC 9530). The digest lets the
 * receiver check that the file is what was recorded. Rejects with RANGE_NOT_SATISFIABLE, with the
 * errors of `open`, with the reason of the signal, and when the file cannot be read to its end; the
 * connection is then broken off.
 */
export async function sendFile(ctx: HttpContext, file: ImmutableFile): Promise<void> {
  const media = await file.open()
  try {
    await sendMedia(ctx, file, media)
  } finally {
    await media.close()
  }
}

async function sendMedia(ctx: HttpContext, file: ImmutableFile, media: StoredMedia): Promise<void> {
  const size = media.bytes
  const { range: rangeHeader, 'if-range': ifRange, 'if-none-match': ifNoneMatch } = ctx.req.headers
  const etag = `"${file.sha256}"`
  const headers = [
    'ETag',
    etag,
    'Repr-Digest',
    `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`,
  ]
  headers.push('Accept-Ranges', 'bytes')
  if (hasEntityTag(ifNoneMatch, etag)) return sendEmpty(ctx, 304, headers)

  // Range applies to GET only (RFC 9110, 14.2), and with If-Range only to the same file.
  const range =
    ctx.method === 'GET' && (ifRange === undefined || ifRange === etag)
      ? parseRange(rangeHeader, size)
      : null
  if (range === 'unsatisfiable')
    throw new RecorderError('RANGE_NOT_SATISFIABLE', `The file has ${size} bytes.`, {
      members: { bytes: size },
    })
  const { first, last } = range ?? { first: 0, last: size - 1 }
  if (range !== null) headers.push('Content-Range', `bytes ${first}-${last}/${size}`)
  headers.push('Content-Type', file.type, 'Content-Length', String(last - first + 1))
  headers.push('Content-Disposition', `inline; filename="${file.name}"`)
  if (ctx.method !== 'HEAD') await file.beforeSending?.()
  file.signal?.throwIfAborted()
  sendHead(ctx, range === null ? 200 : 206, headers)
  if (ctx.method === 'HEAD' || size === 0) {
    ctx.res.end()
    return
  }
  try {
    await pipeline(media.stream({ start: first, end: last }), ctx.res)
  } catch (error) {
    // A client may hang up at any time. Any other failure is an error, such as a failing disk.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  }
}
