import type * as z from 'zod'
import { invalid, validate } from './validate.ts'

/** The query parameters as their schema sees them; throws INVALID_REQUEST for unknown, repeated and invalid ones. */
export function readQuery<S extends z.ZodType>(schema: S, querystring: string): z.output<S> {
  const given: Record<string, string> = Object.create(null)
  if (querystring !== '') {
    for (const [name, value] of new URLSearchParams(querystring)) {
      if (name in given) throw invalid([{ pointer: `/${name}`, detail: 'This query parameter may be given once.' }])
      given[name] = value
    }
  }
  return validate(schema, given)
}
