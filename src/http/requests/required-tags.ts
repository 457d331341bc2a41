import type { RequestError } from '../../contract/errors.ts'
import { referenceToken } from '../../contract/json-pointer.ts'
import { invalidRequest } from './validate.ts'

/**
 * Refuses the tags of a new recording when the configuration requires others. Throws
 * INVALID_REQUEST, which names every missing tag.
 */
export function requireTags(tags: Record<string, unknown>, required: readonly string[]): void {
  const errors = required.flatMap((key): RequestError[] => {
    const value = Object.hasOwn(tags, key) ? tags[key] : undefined
    if (value !== undefined && !(typeof value === 'string' && value.trim() === '')) return []
    const pointer = `/tags${referenceToken(key)}`
    const lack = value === undefined ? 'is missing' : 'is empty'
    const detail = `This tag ${lack}. The configuration of this computer requires it for every recording.`
    return [{ pointer, detail }]
  })
  if (errors.length > 0) throw invalidRequest(errors)
}
