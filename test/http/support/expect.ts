/** Assertions about answers. */
import assert from 'node:assert/strict'
import { ERRORS, type ErrorCode } from '../../../src/contract/errors.ts'
import { ANSWERS } from '../../../src/http/schemas/answers.ts'

/** Returns the body of an answer, which must match its schema in openapi.json. */
export async function bodyOf<T = Record<string, unknown>>(
  answer: Response,
  status: number,
  schema: keyof typeof ANSWERS,
): Promise<T> {
  const text = await answer.text()
  assert.equal(answer.status, status, text)
  assert.equal(answer.headers.get('content-type'), 'application/json')
  const body = JSON.parse(text)
  ANSWERS[schema].parse(body)
  return body as T
}

/** Returns the problem document of an answer, which must have this code. */
export async function toProblem(
  answer: Response,
  code: ErrorCode,
): Promise<Record<string, unknown>> {
  const text = await answer.text()
  const [status, title, remedy] = ERRORS[code]
  assert.equal(answer.status, status, text)
  assert.equal(answer.headers.get('content-type'), 'application/problem+json')
  const problem = ANSWERS.Problem.parse(JSON.parse(text))
  assert.equal(problem.code, code)
  assert.equal(problem.status, status)
  assert.equal(problem.title, title)
  assert.equal(problem.remedy, remedy)
  assert.equal(problem.type, `urn:f2f:error:${code}`)
  return JSON.parse(text)
}

/** Returns the pointers of an INVALID_REQUEST, in order. */
export async function pointersOf(answer: Response): Promise<string[]> {
  const { errors } = (await toProblem(answer, 'INVALID_REQUEST')) as {
    errors: { pointer: string }[]
  }
  return errors.map(({ pointer }) => pointer)
}
