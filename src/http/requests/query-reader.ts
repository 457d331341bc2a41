import type * as z from 'zod'
import { invalidRequest, validate } from './validate.ts'

/**
 * Creates the parser of a route's query parameters, all of which are optional. It throws
 * INVALID_REQUEST for unknown, repeated and invalid parameters. Without parameters it always
 * returns the same object, which must not be changed.
 */
export function queryReader<S extends z.ZodType>(schema: S): (querystring: string) => z.output<S> {
  const defaults = validate(schema, {})
  return (querystring) => (querystring === '' ? defaults : validate(schema, parse(querystring)))
}

function parse(querystring: string): Record<string, string> {
  const given: Record<string, string> = Object.create(null)
  for (const [name, value] of new URLSearchParams(querystring)) {
    if (name in given)
      throw invalidRequest([
        { pointer: `/${name}`, detail: 'This query parameter is repeated. Send it only once.' },
      ])
    given[name] = value
  }
  return given
}
