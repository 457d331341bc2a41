/** Schemas of query parameters, which are texts. */
import * as z from 'zod'

/** Parses a whole number of a query parameter. openapi.json has the number, not its text. */
export function numberText(minimum: number, maximum: number) {
  return z
    .string()
    .regex(/^\d{1,16}$/, 'This must be a whole number in decimal digits.')
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum))
    .meta({ type: 'integer', minimum, maximum, pattern: undefined })
}

/** Parses a list of a query parameter, separated by commas. openapi.json has the list. */
export function listText<T extends string>(items: readonly T[], error: string) {
  const one = `(?:${items.map((item) => item.replaceAll('.', '\\.')).join('|')})`
  return z
    .string()
    .regex(new RegExp(`^${one}(?:,${one})*$`), error)
    .transform((text) => text.split(',') as T[])
    .meta({ type: 'array', items: { type: 'string', enum: items }, pattern: undefined })
}
