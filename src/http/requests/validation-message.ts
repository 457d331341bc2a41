import type * as z from 'zod'

const TYPES: Record<string, string> = {
  array: 'an array',
  boolean: 'a boolean',
  int: 'a whole number',
  number: 'a number',
  object: 'an object',
  record: 'an object',
  string: 'a string',
}

const UNITS: Record<string, string> = { array: 'item', string: 'character' }

function bounded(bound: 'at least' | 'at most', limit: number | bigint, origin: string): string {
  const unit = UNITS[origin]
  return unit === undefined
    ? `This must be ${bound} ${limit}.`
    : `This must have ${bound} ${limit} ${unit}${limit === 1 ? '' : 's'}.`
}

/** Describes the rule that a value breaks in a whole sentence, which never quotes the value. */
export function validationMessage(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined) return 'This field is required.'
  switch (issue.code) {
    case 'invalid_type':
      return `This must be ${TYPES[issue.expected] ?? `of the type ${issue.expected}`}.`
    case 'invalid_value':
      return `This must be one of ${issue.values.map((value) => `\`${String(value)}\``).join(', ')}.`
    case 'too_small':
      return bounded('at least', issue.minimum, issue.origin)
    case 'too_big':
      return bounded('at most', issue.maximum, issue.origin)
    default:
      return 'This is not valid.'
  }
}
