import type * as z from 'zod'
import { invalid, validate } from './validate.ts'

/**
 * Reads a route's query parameters, which are all optional, as their schema sees them; throws
 * INVALID_REQUEST for unknown, repeated and invalid ones. Without any the result is always the same
 * object, not to be changed.
 */
export function queryReader<S extends z.ZodType>(schema: S): (querystring: string) => z.output<S> {
  const none = validate(schema, {})
  return (querystring) => (querystring === '' ? none : validate(schema, parse(querystring)))
}

function parse(querystring: string): Record<string, string> {
  const given: Record<string, string> = Object.create(null)
  for (const [name, value] of new URLSearchParams(querystring)) {
    if (name in given)
      throw invalid([
        { pointer: `/${name}`, detail: 'This query parameter is repeated. Send it only once.' },
      ])
    given[name] = value
  }
  return given
}
