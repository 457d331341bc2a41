import { AnswerLimit } from './answer-limit.ts'
import {
  ConnectionError,
  LocalNetworkBlockedError,
  RecorderProblem,
  UnexpectedAnswerError,
} from './errors.ts'
import { unansweredError } from './local-network.ts'
import { pause } from './pause.ts'
import { readProblem } from './read-answer.ts'

/** The pauses before a request is sent again after its connection broke, in milliseconds. */
const PAUSES_MS = [250, 500, 1_000]
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
  /** Once aborted, it is not sent again. */
  repeatUntil: AbortSignal | undefined
  /** Whether the recorder carries it out once, however often it arrives. */
  isRepeatable: boolean
}

/**
 * Sends a request once, and resolves when its answer begins with a status of success. Rejects with
 * a {@link RecorderProblem} or {@link ConnectionError}, or with the reason of the signal.
 */
export async function sendOnce(
  fetcher: typeof fetch,
  { method, url, headers, body, signal }: OutgoingRequest,
): Promise<Response> {
  const init: RequestInit = {
    ...BROWSER_ONLY,
    method,
    headers,
    signal: signal ?? null,
    ...(body === undefined ? {} : { body }),
    // A token and a cookie would be two credentials, which the recorder refuses.
    credentials: 'Authorization' in headers ? 'omit' : 'same-origin',
    redirect: 'error',
  }
  const answer = await fetcher(url, init).catch((cause) => explain(cause, url, signal))
  if (answer.ok) return answer
  throw await readProblem(answer)
}

/** Throws the error of a request that got no answer. */
async function explain(
  cause: unknown,
  url: string,
  signal: AbortSignal | undefined,
): Promise<never> {
  signal?.throwIfAborted()
  // Every fetch reports a failed connection as a TypeError. Other errors belong to the fetch that
  // the caller has passed.
  if (!(cause instanceof TypeError)) throw cause
  throw await unansweredError(url, cause)
}

/**
 * Sends a request and reads its answer, within the limit. Sends it again when its connection broke,
 * or when the recorder is still busy with the first sending, if it cannot act twice.
 */
export async function send<T>(
  fetcher: typeof fetch,
  request: OutgoingRequest,
  read: (answer: Response) => Promise<T> | T,
  timeoutMs?: number,
): Promise<T> {
  const limit = timeoutMs === undefined ? undefined : new AnswerLimit(timeoutMs)
  const signal =
    limit && request.signal
      ? AbortSignal.any([limit.signal, request.signal])
      : (limit?.signal ?? request.signal)
  const attempt = async () => read(await sendOnce(fetcher, { ...request, signal }))
  try {
    return await (request.isRepeatable ? repeat(attempt, signal, request.repeatUntil) : attempt())
  } catch (error) {
    request.signal?.throwIfAborted()
    if (!limit?.signal.aborted) throw error
    const seconds = (timeoutMs as number) / 1_000
    throw new ConnectionError(`The recorder did not answer within ${seconds} s.`, { cause: error })
  } finally {
    limit?.end()
  }
}

async function repeat<T>(
  attempt: () => Promise<T>,
  signal: AbortSignal | undefined,
  until: AbortSignal | undefined,
): Promise<T> {
  const over = signal && until ? AbortSignal.any([signal, until]) : (signal ?? until)
  for (let broken = 0; ; ) {
    try {
      return await attempt()
    } catch (error) {
      signal?.throwIfAborted()
      const pauseMs =
        isBroken(error, broken > 0) || isTooLate(error)
          ? PAUSES_MS[broken++]
          : busyMs(error as RecorderProblem, broken > 0)
      if (pauseMs === undefined) throw error
      await pause(pauseMs, over).catch(() => {
        signal?.throwIfAborted()
        throw error
      })
    }
  }
}

/** Whether the connection failed in a way that may not last. */
function isBroken(error: unknown, hadConnection: boolean): boolean {
  if (!(error instanceof ConnectionError)) return false
  if (error instanceof UnexpectedAnswerError || error instanceof LocalNetworkBlockedError)
    return false
  // Nobody listens, unless the recorder was there a moment ago: then it may be starting again.
  return hadConnection || !isRefused(error)
}

/** Whether the request came too slowly, as from a program that was held: none of it was done. */
const isTooLate = (error: unknown): boolean =>
  error instanceof RecorderProblem && error.code === 'REQUEST_TIMEOUT'

function isRefused(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if ('code' in cause && cause.code === 'ECONNREFUSED') return true
  return false
}

/** Returns the time after which the recorder wants the request again; undefined if it does not. */
function busyMs({ code, document }: RecorderProblem, hadConnection: boolean): number | undefined {
  // A recorder that has been restarted is not ready at first.
  const isBusy =
    code === 'IN_FLIGHT' ||
    code === 'TOO_MANY_CONNECTIONS' ||
    (code === 'NOT_READY' && hadConnection)
  return isBusy ? 1_000 * (document?.retryAfterSeconds ?? 1) : undefined
}
