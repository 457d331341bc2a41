import { CARD_NUMBER_DETAIL, holdsCardNumber } from '../../contract/card-number.ts'
import type { RequestError } from '../../contract/errors.ts'
import { referenceToken } from '../../contract/json-pointer.ts'
import { invalidRequest, MAX_REPORTED } from './validate.ts'

/**
 * Refuses the body of a command with the number of a payment card in a tag, or in a text that a
 * person wrote. Throws INVALID_REQUEST, which names each place and repeats nothing of it.
 */
export function refuseCardNumbers(body: object): void {
  // The ids of devices come from the system and can be any number.
  const { devices: _, ...texts } = body as { devices?: unknown }
  if (!hasCardNumber(texts)) return
  const errors = [...findCardNumbers(texts, '')].slice(0, MAX_REPORTED)
  if (errors.length > 0) throw invalidRequest(errors)
}

/** The usual answer is no, without the cost of looking for places. */
function hasCardNumber(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return holdsCardNumber(value)
  const members = value as Record<string, unknown>
  for (const key of Object.keys(members))
    if (holdsCardNumber(key) || hasCardNumber(members[key])) return true
  return false
}

function* findCardNumbers(value: unknown, pointer: string): Generator<RequestError> {
  if (typeof value !== 'object' || value === null) {
    if (holdsCardNumber(value)) yield { pointer, detail: CARD_NUMBER_DETAIL }
    return
  }
  for (const [key, member] of Object.entries(value)) {
    // A pointer to such a key would repeat it.
    if (holdsCardNumber(key)) yield { pointer, detail: CARD_NUMBER_DETAIL }
    else yield* findCardNumbers(member, pointer + referenceToken(key))
  }
}
