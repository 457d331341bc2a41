import assert from 'node:assert/strict'
import { suite } from '../../support/suite.ts'
import { type Daemon, startDaemon } from '../support/daemon.ts'
import { bodyOf } from '../support/expect.ts'
import { matches } from '../support/json-schema.ts'
import { type Json, operationsOf, resolve, walk } from '../support/openapi.ts'

/** The members that OpenAPI 3.1 allows, by the kind of object. */
const ALLOWED = {
  document: ['openapi', 'info', 'servers', 'tags', 'paths', 'components'],
  operation: [
    ...['operationId', 'tags', 'summary', 'description', 'security', 'parameters'],
    ...['requestBody', 'responses'],
  ],
  parameter: [
    ...['name', 'in', 'required', 'description', 'example', 'style', 'explode', 'schema'],
  ],
  response: ['description', 'headers', 'content'],
  header: ['description', 'example', 'schema'],
  mediaType: ['schema', 'example', 'examples', 'x-messages'],
  components: ['schemas', 'responses', 'parameters', 'headers', 'examples', 'securitySchemes'],
}

function assertAllowed(object: Json, kind: keyof typeof ALLOWED, where: string): void {
  for (const key of Object.keys(object))
    assert.ok(ALLOWED[kind].includes(key), `${where}: a ${kind} has no ${key}`)
}

suite('openapi.json as a document', (test) => {
  let daemon: Daemon
  let document: Json
  test.before(async () => {
    daemon = await startDaemon()
    document = await bodyOf<Json>(await daemon.call('/v1/openapi.json'), 200, 'OpenApi')
  })
  test.after(() => daemon.close())

  /** Every media type object of requests and responses, with its place. */
  function mediaTypes(): [where: string, type: string, media: Json][] {
    return operationsOf(document).flatMap(({ path, method, operation }) => {
      const { requestBody, responses } = operation
      const bodies = [...Object.entries(responses as Json), ['request', requestBody ?? {}] as const]
      return bodies.flatMap(([status, body]) =>
        Object.entries((resolve(document, body).content ?? {}) as Json).map(
          ([type, media]) =>
            [`${method} ${path} ${status} ${type}`, type, media as Json] as [string, string, Json],
        ),
      )
    })
  }

  test('has only members that OpenAPI 3.1 knows', () => {
    assertAllowed(document, 'document', '')
    assertAllowed(document.components, 'components', 'components')
    for (const [kind, components] of Object.entries(document.components as Json))
      for (const name of Object.keys(components as Json))
        assert.match(name, /^[a-zA-Z0-9._-]+$/, kind)
    for (const { path, operation } of operationsOf(document)) {
      assertAllowed(operation, 'operation', path)
      for (const parameter of operation.parameters)
        assertAllowed(resolve(document, parameter), 'parameter', path)
      for (const response of Object.values(operation.responses as Json)) {
        const resolved = resolve(document, response as Json)
        assertAllowed(resolved, 'response', path)
        assert.ok(resolved.description, path)
        for (const header of Object.values((resolved.headers ?? {}) as Json))
          assertAllowed(resolve(document, header as Json), 'header', path)
      }
    }
    for (const [where, , media] of mediaTypes()) assertAllowed(media, 'mediaType', where)
  })

  test('has every component that it refers to, and refers to every component', () => {
    const objects = walk(document)
    const refs = objects.map(([, { $ref }]) => $ref).filter((ref) => typeof ref === 'string')
    assert.ok(refs.length > 200)
    for (const ref of refs) resolve(document, { $ref: ref })
    const { securitySchemes: _, ...components } = document.components as Json
    const all = Object.entries(components).flatMap(([kind, named]) =>
      Object.keys(named as Json).map((name) => `#/components/${kind}/${name}`),
    )
    assert.deepEqual(
      all.filter((name) => !refs.includes(name)),
      [],
    )
  })

  test('describes every operation in words, with an id, a tag and the credential', () => {
    const tags = (document.tags as Json[]).map(({ name }) => name)
    const operations = operationsOf(document)
    const ids = operations.map(({ operation }) => operation.operationId)
    assert.equal(new Set(ids).size, ids.length)
    for (const { path, operation } of operations) {
      const { summary, description, operationId, security, responses, parameters } = operation
      assert.match(operationId, /^[a-z][A-Za-z]+$/)
      assert.equal(operation.tags.length, 1, path)
      assert.ok(tags.includes(operation.tags[0]), path)
      assert.match(summary, /^[A-Z].*[^.]$/, path)
      assert.match(description, /^[A-Z`].*\.$/s, path)
      assert.ok(
        // A web socket begins with 101.
        Object.keys(responses).some((status) => /^(?:101|[23])/.test(status)),
        path,
      )
      for (const scheme of (security as Json[]).flatMap(Object.keys))
        assert.ok(document.components.securitySchemes[scheme], path)
      const names = (parameters as Json[]).map((one) => {
        const { in: place, name } = resolve(document, one)
        return `${place} ${name}`
      })
      assert.equal(new Set(names).size, names.length, path)
    }
    const used = new Set(operations.flatMap(({ operation }) => operation.tags))
    assert.deepEqual([...used].sort(), tags.toSorted())
  })

  test('has an example of every body, which its schema allows', () => {
    for (const [where, type, media] of mediaTypes()) {
      if (!/json$|^text/.test(type)) continue
      const named = Object.values((media.examples ?? {}) as Json)
      const values = named.map((one) => resolve(document, one as Json).value)
      if ('example' in media) values.push(media.example)
      // The examples of errors stand at their own type.
      assert.ok(values.length > 0 || / [45]\d\d application\/json$/.test(where), where)
      for (const value of values)
        assert.ok(matches(document, media.schema, value), `${where}: ${JSON.stringify(value)}`)
    }
  })

  test('has examples and defaults that their schemas allow', () => {
    const objects = walk(document).filter(([where]) => !/\/(example|value)(\/|$)/.test(where))
    for (const [where, { schema, example }] of objects)
      if (schema !== undefined && example !== undefined)
        assert.ok(matches(document, schema, example), `${where}: ${JSON.stringify(example)}`)
    for (const [where, object] of objects.filter(([, { default: value }]) => value !== undefined))
      if (!where.endsWith('/properties'))
        assert.ok(matches(document, object, object.default), `${where}: ${object.default}`)
  })

  test('would not allow a wrong example', () => {
    const event = { $ref: '#/components/schemas/Event' }
    const { INVALID_JSON: problem } = document.components.examples
    assert.ok(!matches(document, event, problem.value))
    const start = { $ref: '#/components/schemas/StartRequest' }
    assert.ok(matches(document, start, { media: ['mic'] }))
    for (const wrong of [{ media: [] }, { media: ['audio', 'x'] }, { colour: 1 }, [], null])
      assert.ok(!matches(document, start, wrong), JSON.stringify(wrong))
  })
})
