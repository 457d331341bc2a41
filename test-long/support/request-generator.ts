import type { Random } from '../../test/e2e/support/random.ts'

// biome-ignore lint/suspicious/noExplicitAny: the document is walked, not known
type Json = any

/** One operation of openapi.json. */
export interface Operation {
  method: string
  path: string
  description: Json
}

/** A request to send. */
export interface GeneratedRequest {
  operation: Operation
  target: string
  headers: Record<string, string>
  body: string | undefined
}

const GARBAGE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  '',
  'x',
  'current',
  '\u0000',
  'ä'.repeat(3_000),
  [],
  {},
  [[]],
  { a: { b: {} } },
]

/** Generates requests from openapi.json: valid ones, nearly valid ones, and nonsense. */
export class RequestGenerator {
  readonly operations: readonly Operation[]
  readonly #document: Json
  readonly #random: Random
  /** Ids that exist. */
  readonly ids: string[] = ['current']

  constructor(document: Json, random: Random) {
    this.#document = document
    this.#random = random
    this.operations = Object.entries(document.paths as Json).flatMap(([path, methods]) =>
      Object.entries(methods as Json)
        .filter(([method]) => /^(get|post|delete|put|patch)$/.test(method))
        .map(([method, description]) => ({ method: method.toUpperCase(), path, description })),
    )
  }

  /** Generates a request to an operation. `isValid` asks for one that its schema allows. */
  request(operation: Operation, isValid: boolean): GeneratedRequest {
    const parameters: Json[] = (operation.description.parameters ?? []).map((parameter: Json) =>
      this.#resolve(parameter),
    )
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => this.#pathValue(name))
    const query: [string, string][] = parameters
      .filter((parameter) => parameter.in === 'query' && this.#chance(0.3))
      .map(({ name, schema }): [string, string] => [name, String(this.#value(schema, isValid))])
    if (!isValid && this.#chance(0.1)) query.push(['surplus', 'x'])
    const headers: Record<string, string> = {}
    if (this.#chance(0.1)) headers['Idempotency-Key'] = `k${this.#random.between(1, 500)}`
    if (this.#chance(0.05)) headers['If-Match'] = `"${this.#random.between(1, 50)}"`
    const schema = operation.description.requestBody?.content?.['application/json']?.schema
    let body: string | undefined
    if (schema !== undefined && this.#chance(0.9)) {
      headers['Content-Type'] = isValid || this.#chance(0.95) ? 'application/json' : 'text/plain'
      body = JSON.stringify(this.#value(schema, isValid))
      if (!isValid && this.#chance(0.1)) body = body.slice(0, this.#random.between(0, body.length))
    }
    const search = new URLSearchParams(query).toString()
    return { operation, target: path + (search === '' ? '' : `?${search}`), headers, body }
  }

  #chance(share: number): boolean {
    return this.#random.next() < share
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#random.between(0, items.length - 1)] as T
  }

  #pathValue(name: string): string {
    if (name === 'medium') return this.#pick(['mic', 'speaker', 'screen', 'audio', 'none'])
    if (name === 'number') return this.#pick(['1', '2', '0', '-1', '999999999', 'x'])
    if (name === 'id' && this.#chance(0.8)) return this.#pick(this.ids)
    return encodeURIComponent(String(this.#pick(GARBAGE)) || 'x')
  }

  #resolve(schema: Json): Json {
    if (schema?.$ref === undefined) return schema
    const steps = (schema.$ref as string).slice(2).split('/')
    return this.#resolve(steps.reduce((value, step) => value[step], this.#document))
  }

  /** Generates a value of a schema; when it need not be valid, sometimes something else. */
  #value(given: Json, isValid: boolean, depth = 0): unknown {
    const schema = this.#resolve(given)
    if (schema === undefined || depth > 6 || (!isValid && this.#chance(0.08)))
      return this.#pick(GARBAGE)
    const choices = schema.anyOf ?? schema.oneOf
    if (choices !== undefined) return this.#value(this.#pick(choices), isValid, depth + 1)
    if (schema.const !== undefined) return schema.const
    if (schema.enum !== undefined) return this.#pick(schema.enum)
    switch (Array.isArray(schema.type) ? this.#pick(schema.type) : schema.type) {
      case 'string':
        return this.#pick(['a', 'mic', 'customer', '2026-01-31T09:00:00.000Z', 'x'.repeat(64)])
      case 'integer':
      case 'number':
        return this.#random.between(schema.minimum ?? -5, Math.min(schema.maximum ?? 500, 500))
      case 'boolean':
        return this.#chance(0.5)
      case 'array':
        return Array.from({ length: this.#random.between(1, 3) }, () =>
          this.#value(schema.items, isValid, depth + 1),
        )
      case 'object':
        return this.#object(schema, isValid, depth)
      default:
        return this.#pick(GARBAGE)
    }
  }

  #object(schema: Json, isValid: boolean, depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {}
    for (const [name, member] of Object.entries(schema.properties ?? {}))
      if ((schema.required ?? []).includes(name) || this.#chance(0.3))
        object[name] = this.#value(member, isValid, depth + 1)
    if (typeof schema.additionalProperties === 'object' && schema.properties === undefined)
      for (let i = this.#random.between(1, 3); i > 0; i--)
        object[this.#pick(['a', 'b', 'customer', 'x.y'])] = this.#value(
          schema.additionalProperties,
          isValid,
          depth + 1,
        )
    if (!isValid && this.#chance(0.1)) object.surplus = this.#pick(GARBAGE)
    return object
  }
}
