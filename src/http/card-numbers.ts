import { hasCardNumber } from '../contract/card-number.ts'
import type { TagValue } from '../contract/commands.ts'
import type { RequestError } from '../contract/errors.ts'
import { referenceToken } from '../contract/json-pointer.ts'
import { invalidRequest } from './validate.ts'

const DETAIL =
  'This looks like the number of a payment card. Such numbers must not be kept. `tags.allowCardNumbers` in config.json allows them.'

/**
 * Refuses values that have the number of a payment card, unless the configuration allows them.
 * Throws INVALID_REQUEST, which names their places and nothing of the values.
 */
export function refuseCardNumbers(
  values: { tags?: Record<string, TagValue>; [member: string]: unknown },
  isAllowed: boolean,
): void {
  if (isAllowed) return
  const errors: RequestError[] = []
  for (const [member, value] of Object.entries(values)) {
    if (member !== 'tags') {
      if (typeof value === 'string' && hasCardNumber(value))
        errors.push({ pointer: `/${member}`, detail: DETAIL })
      continue
    }
    for (const [key, tag] of Object.entries(values.tags ?? {}))
      if (hasCardNumber(tag))
        errors.push({ pointer: `/tags${referenceToken(key)}`, detail: DETAIL })
  }
  if (errors.length > 0) throw invalidRequest(errors)
}
