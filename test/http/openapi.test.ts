import assert from 'node:assert/strict'
import { pino } from 'pino'
import { ERRORS, type ErrorCode } from '../../src/contract/errors.ts'
import { createApp, createRoutes } from '../../src/http/app.ts'
import { errorCodesOf, openApiPath } from '../../src/http/openapi.ts'
import type { Services } from '../../src/http/services.ts'
import { suite } from '../support/suite.ts'
import { type Daemon, startDaemon } from './support/daemon.ts'
import { bodyOf } from './support/expect.ts'

// biome-ignore lint/suspicious/noExplicitAny: the document is walked, not known
type Json = Record<string, any>

function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' ? [member as string] : references(member),
  )
}

suite('openapi.json', (test) => {
  let daemon: Daemon
  let description: Json
  test.before(async () => {
    daemon = await startDaemon()
    description = await bodyOf<Json>(await daemon.call('/v1/openapi.json'), 200, 'OpenApi')
  })
  test.after(() => daemon.close())

  const operations = () =>
    Object.entries(description.paths as Json).flatMap(([path, methods]) =>
      Object.entries(methods as Json).map(([method, operation]) => ({
        path,
        method,
        operation: operation as Json,
      })),
    )

  test('is OpenAPI 3.1 of this version at this address', () => {
    assert.match(description.openapi, /^3\.1\./)
    assert.equal(description.info.version, '1.2.3')
    assert.equal(description.servers[0].url, daemon.url)
    assert.equal(description.components.securitySchemes.session.name, `f2f_session_${daemon.port}`)
  })

  test('describes exactly the mounted routes', () => {
    const services = {
      address: () => ({}),
      logger: pino({ level: 'silent' }),
      access: {},
    } as unknown as Services
    const router = createApp(services, []).middleware.find(
      (middleware) => 'router' in middleware,
    ) as unknown as {
      router: { stack: { path: string; methods: string[] }[] }
    }
    const mounted = router.router.stack.flatMap(({ path, methods }) =>
      methods
        .filter((method) => method !== 'HEAD')
        .map((method) => `${method} ${openApiPath(path)}`),
    )
    const described = operations().map(({ path, method }) => `${method.toUpperCase()} ${path}`)
    assert.deepEqual(described.sort(), mounted.sort())
    assert.ok(mounted.length > 20)
  })

  test('names every parameter of every path', () => {
    for (const { path, method, operation } of operations()) {
      const named = operation.parameters.filter((parameter: Json) => parameter.in === 'path')
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      assert.deepEqual(
        named.map((parameter: Json) => parameter.name),
        inPath,
        `${method} ${path}`,
      )
      assert.ok(operation.parameters.every((parameter: Json) => parameter.schema))
    }
  })

  test('names the headers of commands and the answers that carry a version', () => {
    const { post: tag } = description.paths['/v1/recordings/{id}/tags']
    assert.deepEqual(
      tag.parameters.map(({ name }: Json) => name),
      ['id', 'Idempotency-Key', 'If-Match'],
    )
    assert.ok(tag.responses['200'].headers.ETag)
    assert.ok(description.paths['/v1/recordings'].post.responses['201'].headers.Location)
    assert.ok(
      description.paths['/v1/recordings/{id}/segments/{medium}/{number}'].get.responses['206']
        .headers['Repr-Digest'],
    )
  })

  test('describes required and optional bodies', () => {
    const { post: start } = description.paths['/v1/recordings']
    assert.equal(start.requestBody.required, false)
    const { schema } = start.requestBody.content['application/json']
    assert.equal(schema.additionalProperties, false)
    assert.equal(schema.properties.wrapUpSeconds.maximum, 3600)
    assert.equal(schema.properties.wrapUpSeconds.default, 30)
    const { post: tag } = description.paths['/v1/recordings/{id}/tags']
    assert.equal(tag.requestBody.required, true)
    const { tags } = tag.requestBody.content['application/json'].schema.properties
    assert.equal(tags.maxProperties, 64)
    assert.equal(tags.additionalProperties.anyOf[0].maxLength, 4096)
  })

  test('names every error code at the routes that answer it', () => {
    const seen = new Set<ErrorCode>()
    for (const { operation } of operations()) {
      for (const [status, response] of Object.entries(operation.responses as Json)) {
        const problem = (response as Json).content?.['application/problem+json']
        for (const code of problem?.schema.allOf[1].properties.code.enum ?? []) {
          assert.equal(ERRORS[code as ErrorCode][0], Number(status))
          seen.add(code)
        }
      }
    }
    // Of paths and methods that are no route.
    seen.add('METHOD_NOT_ALLOWED')
    assert.deepEqual([...seen].sort(), Object.keys(ERRORS).sort())
    assert.deepEqual(
      description.components.schemas.Problem.properties.code.enum.toSorted(),
      Object.keys(ERRORS).sort(),
    )
  })

  test('defines every schema it refers to, and names operations uniquely', () => {
    const names = references(description)
    assert.ok(names.length > 50)
    for (const name of names) {
      const path = name.replace('#/', '').split('/')
      assert.ok(
        path.reduce<Json | undefined>((value, key) => value?.[key], description),
        name,
      )
    }
    const ids = operations().map(({ operation }) => operation.operationId)
    assert.equal(new Set(ids).size, ids.length)
  })

  test('names the credential that each route needs', () => {
    for (const route of createRoutes({} as Services)) {
      const { security } = description.paths[openApiPath(route.path)][route.method.toLowerCase()]
      if (route.scope === null) assert.deepEqual(security, [])
      else assert.deepEqual(security[0], { token: [route.scope] })
      assert.equal(
        errorCodesOf(route).includes('UNAUTHENTICATED'),
        route.scope !== null || route.path.startsWith('/launch'),
      )
    }
  })
})
