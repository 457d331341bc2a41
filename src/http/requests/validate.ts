import type * as z from 'zod'
import { RecorderError, type RequestError } from '../../contract/errors.ts'
import { referenceToken } from '../../contract/json-pointer.ts'
import { validationMessage } from './validation-message.ts'

/** The largest number of faults that an error names. */
export const MAX_REPORTED = 32

/** Returns an INVALID_REQUEST error with the faults of the request. */
export function invalidRequest(errors: RequestError[]): RecorderError {
  return new RecorderError(
    'INVALID_REQUEST',
    'The request is well-formed but not valid. `errors` names every fault.',
    {
      members: { errors },
    },
  )
}

function requestErrorsOf(issue: z.core.$ZodIssue): RequestError[] {
  const pointer = issue.path.map(referenceToken).join('')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointer + referenceToken(key),
      detail: 'There is no such field.',
    }))
  }
  if (issue.code === 'invalid_key')
    return [{ pointer, detail: issue.issues[0]?.message ?? issue.message }]
  return [{ pointer, detail: issue.message }]
}

/**
 * Validates a value and returns it as its schema parses it. Throws INVALID_REQUEST, whose details
 * name fields and rules, never the values sent.
 */
export function validate<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value, { error: validationMessage })
  if (result.success) return result.data
  throw invalidRequest(result.error.issues.flatMap(requestErrorsOf).slice(0, MAX_REPORTED))
}
