import assert from 'node:assert/strict'
import { pino } from 'pino'
import { ERRORS, type ErrorCode } from '../../../src/contract/errors.ts'
import { EVENT_TYPES } from '../../../src/contract/event-types.ts'
import { createRoutes } from '../../../src/http/app.ts'
import { openApiPath } from '../../../src/http/openapi/document.ts'
import { errorCodesOf } from '../../../src/http/openapi/error-responses.ts'
import { createRouters } from '../../../src/http/routers.ts'
import type { Services } from '../../../src/http/services.ts'
import { suite } from '../../support/suite.ts'
import { type Daemon, startDaemon } from '../support/daemon.ts'
import { bodyOf } from '../support/expect.ts'
import { type Json, operationsOf, resolve } from '../support/openapi.ts'

suite('openapi.json', (test) => {
  let daemon: Daemon
  let description: Json
  test.before(async () => {
    daemon = await startDaemon()
    description = await bodyOf<Json>(await daemon.call('/v1/openapi.json'), 200, 'OpenApi')
  })
  test.after(() => daemon.close())

  const operations = () => operationsOf(description)
  const schema = (name: string): Json => description.components.schemas[name]
  const parameters = (path: string, method = 'get'): Json[] =>
    description.paths[path][method].parameters.map((one: Json) => resolve(description, one))
  const parameter = (path: string, name: string): Json =>
    parameters(path).find((one) => one.name === name) ?? {}

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
    const routers = [...createRouters(createRoutes(services)).values()]
    const mounted = routers
      .flatMap(({ stack }) => stack)
      .flatMap(({ path, methods }) =>
        methods
          .filter((method) => method !== 'HEAD')
          .map((method) => `${method} ${openApiPath(String(path))}`),
      )
    const described = operations().map(({ path, method }) => `${method.toUpperCase()} ${path}`)
    assert.deepEqual(described.sort(), mounted.sort())
    assert.ok(mounted.length > 20)
  })

  test('names every parameter of every path', () => {
    for (const { path, method } of operations()) {
      const all = parameters(path, method)
      const named = all.filter((one) => one.in === 'path')
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      assert.deepEqual(
        named.map(({ name }) => name),
        inPath,
        `${method} ${path}`,
      )
      for (const one of all) assert.ok(one.schema && one.description, `${path} ${one.name}`)
    }
  })

  test('has numbers and lists in queries as such, with their limits and defaults', () => {
    const { type, minimum, maximum, default: value } = parameter('/v1/recordings', 'limit').schema
    assert.deepEqual([type, minimum, maximum, value], ['integer', 1, 1000, 100])
    const after = parameter('/v1/recordings/{id}/events', 'after').schema
    assert.deepEqual([after.type, after.minimum, after.default], ['integer', 0, 0])
    const media = parameter('/v1/readiness', 'media')
    assert.deepEqual([media.schema.type, media.explode], ['array', false])
    assert.deepEqual(media.schema.items.enum, ['mic', 'speaker', 'screen', 'audio'])
    assert.equal(parameter('/v1/recordings', 'from').schema.format, 'date-time')
  })

  test('names the headers of commands and the answers that carry a version', () => {
    const tag = description.paths['/v1/recordings/{id}/tags'].post
    assert.deepEqual(
      parameters('/v1/recordings/{id}/tags', 'post').map(({ name }) => name),
      ['id', 'Idempotency-Key', 'If-Match'],
    )
    assert.ok(tag.responses['200'].headers.ETag)
    assert.ok(description.paths['/v1/recordings'].post.responses['201'].headers.Location)
    assert.ok(
      description.paths['/v1/recordings/{id}/segments/{medium}/{number}'].get.responses['206']
        .headers['Repr-Digest'],
    )
  })

  test('says how long an Idempotency-Key is known, and by which clock', () => {
    const text = description.components.parameters['Idempotency-Key'].description
    assert.match(text, /24 hours of a running recorder.*without the system clock/)
    assert.doesNotMatch(JSON.stringify(description), /24 h\b/)
  })

  test('describes required and optional bodies', () => {
    const { post: start } = description.paths['/v1/recordings']
    assert.equal(start.requestBody.required, false)
    const body = resolve(description, start.requestBody.content['application/json'].schema)
    assert.equal(body.additionalProperties, false)
    assert.equal(body.properties.wrapUpSeconds.maximum, 3600)
    assert.equal(body.properties.wrapUpSeconds.default, 30)
    const { post: tag } = description.paths['/v1/recordings/{id}/tags']
    assert.equal(tag.requestBody.required, true)
    const { tags } = schema('TagRequest').properties
    assert.equal(tags.maxProperties, 64)
    assert.equal(tags.additionalProperties.anyOf[0].maxLength, 4096)
  })

  test('knows which keys no client may set', () => {
    const { not } = schema('TagRequest').properties.tags.propertyNames
    const { not: notFound } = schema('SearchRequest').properties.tags.propertyNames
    const [names, pattern] = not.anyOf
    assert.deepEqual(names, notFound)
    assert.deepEqual(notFound.enum, ['__proto__', 'constructor', 'prototype'])
    assert.match('system.host', new RegExp(pattern.pattern))
    assert.doesNotMatch('systematic', new RegExp(pattern.pattern))
  })

  test('knows which parameters of a query must be there', () => {
    const required = (path: string) =>
      parameters(path)
        .filter((one) => one.in === 'query' && one.required)
        .map(({ name }) => name)
    assert.deepEqual(required('/v1/audit/consistency'), ['from'])
    assert.deepEqual(required('/v1/recordings'), [])
  })

  test('names the three media wherever something is given for each', () => {
    const media = ['mic', 'screen', 'speaker']
    for (const object of [
      schema('StartRequest').properties.devices,
      schema('StartMediaRequest').properties.devices,
      schema('Recording').properties.tracks,
      schema('Application').properties.media,
      schema('Devices'),
    ])
      assert.deepEqual(Object.keys(object.properties).sort(), media)
    assert.deepEqual(schema('Recording').properties.tracks.required.toSorted(), media)
  })

  test('types the data of an event by its type', () => {
    const { oneOf, discriminator } = schema('Event')
    assert.equal(discriminator.propertyName, 'type')
    assert.deepEqual(Object.keys(discriminator.mapping).sort(), EVENT_TYPES.toSorted())
    assert.deepEqual(
      oneOf.map((one: Json) => one.$ref).sort(),
      Object.values(discriminator.mapping).sort(),
    )
    for (const [type, ref] of Object.entries(discriminator.mapping)) {
      const [base, own] = resolve(description, { $ref: ref as string }).allOf
      assert.equal(base.$ref, '#/components/schemas/EventBase')
      assert.equal(own.properties.type.const, type)
      assert.equal(resolve(description, own.properties.data).type, 'object')
    }
    const { data } = schema('TrackPausingEvent').allOf[1].properties
    assert.deepEqual(data.required, ['medium', 'segment', 'cutAt'])
    assert.ok(data.properties.overdueAt)
  })

  test('describes the event stream with its messages', () => {
    const { content } = description.paths['/v1/events'].get.responses['200']
    const stream = content['text/event-stream']
    assert.equal(stream.schema.type, 'string')
    assert.match(stream.example, /^id: \d+\nevent: \w+\.\w+\ndata: \{.*\}\n\n/m)
    const messages = Object.values(stream['x-messages'] as Json)
    assert.equal(messages.length, 4)
    for (const message of messages) assert.ok(resolve(description, message).properties ?? 'oneOf')
  })

  test('names every error code at the routes that answer it, each response once', () => {
    const seen = new Set<ErrorCode>()
    for (const { operation } of operations()) {
      for (const [status, response] of Object.entries(operation.responses as Json)) {
        if (Number(status) < 400) continue
        assert.match(response.$ref, /^#\/components\/responses\/\w+$/)
        const problem = resolve(description, response).content?.['application/problem+json']
        for (const code of problem?.schema.allOf[1].properties.code.enum ?? []) {
          assert.equal(ERRORS[code as ErrorCode][0], Number(status))
          seen.add(code)
        }
      }
    }
    assert.deepEqual([...seen].sort(), Object.keys(ERRORS).sort())
    assert.deepEqual(schema('ErrorCode').enum.toSorted(), Object.keys(ERRORS).sort())
  })

  test('describes what ends a request before it reaches a route', () => {
    for (const { operation, path } of operations())
      for (const status of ['405', '408', '417', '431'])
        assert.ok(operation.responses[status], `${path} ${status}`)
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
