import assert from 'node:assert/strict'
import type * as z from 'zod'
import { ERRORS, type ErrorCode } from '../../../src/contract/errors.ts'
import { ANSWERS } from '../../../src/http/schemas/answers.ts'
import type { Answer } from '../../support/daemon.ts'

interface Response {
  headers?: Record<string, unknown>
  content?: Record<string, { schema?: object }>
}

interface Operation {
  security: Record<string, string[]>[]
  responses: Record<string, Response | { $ref: string }>
}

/** Headers of answers that belong to HTTP, or to every answer alike. */
const EVERYWHERE =
  /^(?:connection|content-(?:length|security-policy|type)|cache-control|cross-origin-resource-policy|date|keep-alive|referrer-policy|transfer-encoding|vary|x-content-type-options|access-control-.*)$/

/** A daemon's openapi.json, as far as it is held against the daemon's answers. */
export interface OpenApi {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { responses: Record<string, Response> }
}

function responseOf(openapi: OpenApi, operation: Operation, status: number): Response | undefined {
  const response = operation.responses[status]
  if (response === undefined || !('$ref' in response)) return response
  return openapi.components.responses[response.$ref.split('/').at(-1) as string]
}

/**
 * The operation that openapi.json has for a request, with its path there; undefined where it has
 * none.
 */
export function operationFor(openapi: OpenApi, method: string, path: string) {
  const wanted = path.split('?')[0]!.split('/')
  const fits = (template: string): boolean => {
    const parts = template.split('/')
    return (
      parts.length === wanted.length &&
      parts.every((part, i) => part.startsWith('{') || part === wanted[i])
    )
  }
  // Literal paths come before paths with parameters.
  const [found] = Object.keys(openapi.paths)
    .filter(fits)
    .sort((a, b) => a.split('{').length - b.split('{').length)
  const operation = found === undefined ? undefined : openapi.paths[found]?.[method.toLowerCase()]
  return operation && { path: found as string, operation }
}

/**
 * Fails unless openapi.json describes this answer to this request: status, code, headers and every
 * member of the body.
 */
export function assertDescribed(
  openapi: OpenApi,
  method: string,
  path: string,
  answer: Answer,
): void {
  const found = operationFor(openapi, method, path)
  if (!found) return
  const what = `${method} ${found.path} → ${answer.status}`
  const response = responseOf(openapi, found.operation, answer.status)
  assert.ok(response, `${what} is not in openapi.json: ${JSON.stringify(answer.body)}`)
  if (answer.status >= 400) {
    assertProblem(what, response.content, answer)
    return
  }
  for (const name of Object.keys(response.headers ?? {}))
    assert.ok(answer.headers.has(name), `${what} lacks ${name}`)
  const described = Object.keys(response.headers ?? {}).map((name) => name.toLowerCase())
  for (const name of answer.headers.keys())
    assert.ok(EVERYWHERE.test(name) || described.includes(name), `${what}: ${name}`)
  const type = answer.headers.get('content-type')?.split(';')[0]
  const schema = type === undefined ? undefined : response.content?.[type]?.schema
  if (type !== undefined) assert.ok(response.content?.[type], `${what}: ${type}`)
  // A text has no schema of its own.
  const name = (schema as { $ref?: string } | undefined)?.$ref?.split('/').at(-1)
  if (name === undefined) return
  // openapi.json is not checked against itself.
  if (name !== 'OpenApi')
    assert.deepEqual(
      parsed(ANSWERS[name as keyof typeof ANSWERS], answer.body, what),
      answer.body,
      what,
    )
}

function assertProblem(
  what: string,
  content: object | undefined,
  { body, headers, status }: Answer,
): void {
  assert.equal(body.status, status, what)
  assert.equal(ERRORS[body.code as ErrorCode]?.[0], status, `${what}: ${body.code}`)
  parsed(ANSWERS.Problem, body, what)
  const type = headers.get('content-type') ?? ''
  const schema = (
    content as Record<
      string,
      { schema: { allOf: { properties?: { code: { enum: string[] } } }[] } }
    >
  )[type]
  const codes = schema?.schema.allOf.flatMap(({ properties }) => properties?.code.enum ?? []) ?? []
  assert.ok(codes.includes(body.code), `${what}: openapi.json does not name ${body.code}`)
}

function parsed(schema: z.ZodType, body: unknown, what: string): unknown {
  const result = schema.safeParse(body)
  assert.ok(result.success, `${what}: ${result.error?.message}\n${JSON.stringify(body)}`)
  return result.data
}
