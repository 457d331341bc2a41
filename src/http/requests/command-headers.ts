import type { IncomingMessage } from 'node:http'
import { sha256Hex } from '../../access/secrets.ts'
import type { IdempotencyKey } from '../../contract/commands.ts'
import { invalidRequest } from './validate.ts'

const VISIBLE_ASCII = /^[\x21-\x7e]{1,128}$/
const STRONG_VERSION_TAG = /^"(\d{1,15})"$/

/**
 * Serialises a value with sorted keys, so that equal bodies are equal texts. It recurses, so the
 * depth of the value must be bounded.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`
}

/**
 * Returns the request's Idempotency-Key, if it has one, with the fingerprint of route and body.
 * Throws INVALID_REQUEST for a malformed key.
 */
export function idempotencyOf(
  request: IncomingMessage,
  client: string,
  path: string,
  body: unknown,
): IdempotencyKey | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key !== 'string' || !VISIBLE_ASCII.test(key)) {
    throw invalidRequest([
      { pointer: '', detail: 'Idempotency-Key must be 1 to 128 visible ASCII characters.' },
    ])
  }
  return {
    client,
    key,
    fingerprint: sha256Hex(`${request.method}\n${path}\n${canonicalJson(body)}`),
  }
}

/**
 * Returns the version that `If-Match` names, if the request has the header. Throws INVALID_REQUEST
 * for anything but one strong `"<version>"`.
 */
export function expectedVersionOf(request: IncomingMessage): number | undefined {
  const tag = request.headers['if-match']
  if (tag === undefined) return undefined
  const version = STRONG_VERSION_TAG.exec(tag)?.[1]
  if (version === undefined) {
    throw invalidRequest([
      {
        pointer: '',
        detail: 'If-Match must be the ETag of the recording in quotes, such as "12".',
      },
    ])
  }
  return Number(version)
}
