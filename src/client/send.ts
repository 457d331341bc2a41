import {
  ConnectionError,
  type ProblemDocument,
  problemFrom,
  type RecorderProblem,
} from './errors.ts'
import { isLocalNetworkBlocked, localNetworkBlocked } from './local-network.ts'

/** How often a request is sent at most when its connection breaks or it must wait. */
const MOST_SENDS = 4
const RETRY_MS = 250
/** The types of Node's `fetch` lack it. */
const BROWSER_ONLY: object = { cache: 'no-store' }

/** One request, ready to be sent. */
export interface OutgoingRequest {
  method: string
  url: string
  headers: Record<string, string>
  /** JSON, already written. */
  body: string | undefined
  signal: AbortSignal | undefined
}

/**
 * Sends a request and resolves when its answer begins with a status of success. Sends it again
 * when its connection broke, or when the first sending is still being carried out, if it cannot
 * act twice. Rejects with a {@link RecorderProblem} or {@link ConnectionError}, or with the reason
 * of the signal.
 */
export async function send(
  fetcher: typeof fetch,
  request: OutgoingRequest,
  timeoutMs?: number,
): Promise<Response> {
  const limit = timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)]
  const signal = AbortSignal.any([...(request.signal ? [request.signal] : []), ...limit])
  const sends = isRepeatable(request) ? MOST_SENDS : 1
  for (let sent = 1; ; sent++) {
    try {
      const answer = await sendOnce(fetcher, request, signal)
      if (answer.ok) return answer
      const problem = await readProblem(answer)
      if (sent >= sends || problem.code !== 'IN_FLIGHT') throw problem
      await pause(1_000 * Number(answer.headers.get('retry-after') ?? 1), signal)
    } catch (error) {
      request.signal?.throwIfAborted()
      if (!(error instanceof ConnectionError) || sent >= sends || signal.aborted) throw error
      await pause(RETRY_MS * sent, signal).catch(() => {
        throw error
      })
    }
  }
}

/** Whether the request reads only, or carries a key by which the recorder knows it again. */
function isRepeatable({ method, headers }: OutgoingRequest): boolean {
  return method === 'GET' || headers['Idempotency-Key'] !== undefined
}

async function sendOnce(
  fetcher: typeof fetch,
  { method, url, headers, body }: OutgoingRequest,
  signal: AbortSignal,
): Promise<Response> {
  try {
    return await fetcher(url, {
      ...BROWSER_ONLY,
      method,
      headers,
      signal,
      ...(body === undefined ? {} : { body }),
      // The page's own session, and never another page's.
      credentials: 'same-origin',
      redirect: 'error',
    })
  } catch (cause) {
    if (cause instanceof ConnectionError) throw cause
    if (await isLocalNetworkBlocked(url)) throw localNetworkBlocked(cause)
    throw new ConnectionError('The recorder does not answer.', { cause })
  }
}

async function readProblem(answer: Response): Promise<RecorderProblem> {
  const body: unknown = await readJson(answer)
  const members = typeof body === 'object' && body !== null ? (body as ProblemDocument) : null
  if (typeof members?.code === 'string' && typeof members.title === 'string')
    return problemFrom(members)
  throw new ConnectionError(
    `The answer does not come from a recorder: status ${answer.status} without a problem document.`,
  )
}

/** Reads the JSON of an answer; null when it has no body. Rejects with {@link ConnectionError}. */
export async function readJson(answer: Response): Promise<unknown> {
  try {
    const text = await answer.text()
    return text === '' ? null : JSON.parse(text)
  } catch (cause) {
    throw new ConnectionError('The answer is incomplete, or does not come from a recorder.', {
      cause,
    })
  }
}

/** Waits, unless the signal aborts, with whose reason it then rejects. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    if (signal?.aborted) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
  })
}
