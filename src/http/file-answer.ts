import { type FileHandle, open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { RecorderError } from '../contract/errors.ts'
import { sendEmpty, sendHead } from './answer.ts'
import { readRange } from './byte-range.ts'
import type { HttpContext } from './context.ts'
import type { HeaderName, RouteResponse } from './route.ts'

/** Headers that a request for a file may carry. */
export const FILE_REQUEST_HEADERS: HeaderName[] = ['Range', 'If-Range', 'If-None-Match']

/** The outcomes of a route that answers with {@link sendFile}, for files of these types. */
export function fileOutcomes(...types: string[]): RouteResponse[] {
  const content = Object.fromEntries(types.map((type) => [type, null]))
  return [
    {
      status: 200,
      description: 'The file',
      content,
      headers: ['Accept-Ranges', 'ETag', 'Repr-Digest'],
    },
    {
      status: 206,
      description: 'The part of the file that Range asks for',
      content,
      headers: ['Accept-Ranges', 'Content-Range', 'ETag', 'Repr-Digest'],
    },
    { status: 304, description: 'The file that If-None-Match names', headers: ['ETag'] },
    { status: 416, description: 'Range lies outside of the file', headers: ['Content-Range'] },
  ]
}

/** A file that never changes any more. */
export interface ImmutableFile {
  path: string
  /** Content type. */
  type: string
  /** Name under which a browser saves it; ASCII without quotes. */
  name: string
  /** SHA-256, lower-case hex. */
  sha256: string
}

/**
 * Sends a file or the part of it that Range asks for, with its digest (RFC 9530), so that the
 * receiver can check that it is what was recorded. Throws NOT_FOUND when the file is missing;
 * breaks the connection off when it cannot be read to its end.
 */
export async function sendFile(ctx: HttpContext, file: ImmutableFile): Promise<void> {
  const handle = await openFile(file.path)
  try {
    await sendOpenFile(ctx, file, handle)
  } finally {
    await handle.close()
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    throw new RecorderError('NOT_FOUND', 'The file of this segment is missing from the disk.', {
      cause,
    })
  }
}

async function sendOpenFile(
  ctx: HttpContext,
  file: ImmutableFile,
  handle: FileHandle,
): Promise<void> {
  const { size } = await handle.stat()
  const { range, 'if-range': ifRange, 'if-none-match': ifNoneMatch } = ctx.req.headers
  const etag = `"${file.sha256}"`
  const headers = [
    'ETag',
    etag,
    'Repr-Digest',
    `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`,
  ]
  headers.push('Accept-Ranges', 'bytes')
  if (ifNoneMatch !== undefined && (ifNoneMatch === '*' || ifNoneMatch.includes(etag)))
    return sendEmpty(ctx, 304, headers)

  // Range is for GET (RFC 9110, 14.2), and with If-Range only for the very same file.
  const wanted =
    ctx.method === 'GET' && (ifRange === undefined || ifRange === etag)
      ? readRange(range, size)
      : null
  if (wanted === 'unsatisfiable')
    return sendEmpty(ctx, 416, [...headers, 'Content-Range', `bytes */${size}`])
  const { first, last } = wanted ?? { first: 0, last: size - 1 }
  if (wanted !== null) headers.push('Content-Range', `bytes ${first}-${last}/${size}`)
  headers.push('Content-Type', file.type, 'Content-Length', String(last - first + 1))
  headers.push('Content-Disposition', `inline; filename="${file.name}"`)
  sendHead(ctx, wanted === null ? 200 : 206, headers)
  if (ctx.method === 'HEAD' || size === 0) {
    ctx.res.end()
    return
  }
  const source = handle.createReadStream({ start: first, end: last, autoClose: false })
  try {
    await pipeline(source, ctx.res)
  } catch (error) {
    // Whoever hangs up in the middle has what they wanted; a disk that fails is another matter.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  }
}
