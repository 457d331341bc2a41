import { StallWatch } from '../../time/stall-watch.ts'
import { OutsiderError } from './outsider-error.ts'

/** A request to an outsider. */
export interface PostRequest {
  url: string
  body: string | Uint8Array<ArrayBuffer>
  contentType: string
  accept: string
  /** The longest time that the whole answer may take, in milliseconds. */
  limitMs: number
  signal: AbortSignal
}

/** The answer of an outsider. */
export interface PostAnswer {
  status: number
  contentType: string | null
  body: Buffer
}

/** Larger than any cosignature, and than a timestamp with its chain of certificates. */
const MOST_BYTES = 256 * 1024

/**
 * Posts to an outsider, and follows no redirection. Rejects with an OutsiderError `unreachable`
 * when there is no whole answer in time, or with `invalidAnswer` when it is too large.
 */
export async function post(request: PostRequest): Promise<PostAnswer> {
  const { limitMs, signal } = request
  // AbortSignal.any() would leave something at the signal, which lives as long as the daemon.
  const attempt = new AbortController()
  const giveUp = (): void => attempt.abort()
  let isLate = false
  // An answer that has come while this process was held waits to be read.
  const limit = new StallWatch(limitMs, () => {
    isLate = true
    giveUp()
  })
  signal.addEventListener('abort', giveUp)
  try {
    signal.throwIfAborted()
    return await send(request, attempt.signal)
  } catch (cause) {
    if (cause instanceof OutsiderError) throw cause
    const message = isLate ? `It did not answer within ${limitMs / 1_000} s.` : sentence(cause)
    throw new OutsiderError('unreachable', message, { cause })
  } finally {
    limit.stop()
    signal.removeEventListener('abort', giveUp)
  }
}

async function send(
  { url, body, contentType, accept }: PostRequest,
  signal: AbortSignal,
): Promise<PostAnswer> {
  const headers = { 'content-type': contentType, accept }
  const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    body: await bodyOf(response),
  }
}

async function bodyOf(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > MOST_BYTES)
      throw new OutsiderError('invalidAnswer', `It answered more than ${MOST_BYTES} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function sentence(error: unknown): string {
  const { cause } = error as Error
  const code = (cause as NodeJS.ErrnoException | undefined)?.code
  return code === undefined ? 'It cannot be reached.' : `It cannot be reached (${code}).`
}

/** Returns the error of a status that is the same for all outsiders. */
export function statusError(status: number): OutsiderError {
  const isTemporary = status >= 500 || status === 429 || status === 408
  return new OutsiderError(
    isTemporary ? 'unreachable' : 'refused',
    `It answered with the status ${status}.`,
  )
}
