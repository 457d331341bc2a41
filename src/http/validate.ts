import type * as z from 'zod'
import { RecorderError, type RequestError } from '../contract/errors.ts'
import { validationMessage } from './validation-message.ts'

const MAX_REPORTED = 32

/** An INVALID_REQUEST that says what is wrong where. */
export function invalid(errors: RequestError[]): RecorderError {
  return new RecorderError(
    'INVALID_REQUEST',
    'The request is well-formed but not valid. `errors` names every fault.',
    {
      members: { errors },
    },
  )
}

/** A reference token of a JSON Pointer (RFC 6901). */
function token(key: PropertyKey): string {
  return `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

function describe(issue: z.core.$ZodIssue): RequestError[] {
  const pointer = issue.path.map(token).join('')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointer + token(key),
      detail: 'There is no such field.',
    }))
  }
  if (issue.code === 'invalid_key')
    return [{ pointer, detail: issue.issues[0]?.message ?? issue.message }]
  return [{ pointer, detail: issue.message }]
}

/**
 * The value as its schema sees it; throws INVALID_REQUEST. The details name fields and rules, never
 * the values sent.
 */
export function validate<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value, { error: validationMessage })
  if (result.success) return result.data
  throw invalid(result.error.issues.flatMap(describe).slice(0, MAX_REPORTED))
}
