/** Reads openapi.json as a client generator does. */
import assert from 'node:assert/strict'

/** The document or a part of it. It is walked, not known. */
// biome-ignore lint/suspicious/noExplicitAny: the document is walked, not known
export type Json = Record<string, any>

/** An operation with its place. */
export interface Operation {
  path: string
  method: string
  operation: Json
}

/** Returns all operations of a document. */
export function operationsOf(document: Json): Operation[] {
  return Object.entries(document.paths as Json).flatMap(([path, methods]) =>
    Object.entries(methods as Json).map(([method, operation]) => ({ path, method, operation })),
  )
}

/** Follows references until there is none. Fails when one leads nowhere. */
export function resolve(document: Json, part: Json): Json {
  if (typeof part.$ref !== 'string') return part
  assert.match(part.$ref, /^#\//)
  const steps = part.$ref.slice(2).split('/')
  const found = steps.reduce<Json | undefined>(
    (value, step) => value?.[step.replaceAll('~1', '/').replaceAll('~0', '~')],
    document,
  )
  assert.ok(found, `${part.$ref} leads nowhere`)
  return resolve(document, found)
}

/** Returns every object below a part, with the path to it. */
export function walk(part: unknown, at = ''): [at: string, object: Json][] {
  if (typeof part !== 'object' || part === null) return []
  const below = Object.entries(part).flatMap(([key, value]) => walk(value, `${at}/${key}`))
  return Array.isArray(part) ? below : [[at, part as Json], ...below]
}
