import {
  ConnectionError,
  type ProblemDocument,
  problemFrom,
  type RecorderProblem,
  UnexpectedAnswerError,
} from './errors.ts'

/** Reads the JSON of an answer; null when it has no body. Rejects with {@link ConnectionError}. */
export async function readJson(answer: Response): Promise<unknown> {
  const text = await answer.text().catch((cause) => {
    // As in every fetch, a broken connection is a TypeError.
    if (!(cause instanceof TypeError)) throw cause
    throw new ConnectionError('The answer of the recorder is incomplete.', { cause })
  })
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch (cause) {
    const message = `${answer.url} answered with status ${answer.status} and something other than JSON.`
    throw new UnexpectedAnswerError(message, answer.status, { cause })
  }
}

/** Reads the problem of an answer. Rejects with {@link UnexpectedAnswerError} if it has none. */
export async function readProblem(answer: Response): Promise<RecorderProblem> {
  const body: unknown = await readJson(answer)
  const members = typeof body === 'object' && body !== null ? (body as ProblemDocument) : null
  if (typeof members?.code === 'string' && typeof members.title === 'string')
    return problemFrom({ ...members, status: answer.status })
  const message = `${answer.url} answered with status ${answer.status} and no reason.`
  throw new UnexpectedAnswerError(message, answer.status)
}
