import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { type Json, resolve } from './openapi.ts'

/** Keywords that describe a value and forbid nothing. */
const ANNOTATIONS = ['$ref', 'description', 'default', 'format', 'discriminator']

type Check = (value: never, rule: never, schema: Json, document: Json) => boolean

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isObject(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}

const matching = (value: unknown, schemas: Json[], document: Json): number =>
  schemas.filter((schema) => matches(document, schema, value)).length

/** The keywords of JSON Schema 2020-12 that the document uses. */
const CHECKS: Record<string, Check> = {
  type: (value, type: string | string[]) => [type].flat().some((one) => hasType(value, one)),
  enum: (value, values: unknown[]) => values.some((one) => isDeepStrictEqual(one, value)),
  const: (value, other) => isDeepStrictEqual(value, other),
  minimum: (value: number, least: number) => typeof value !== 'number' || value >= least,
  maximum: (value: number, most: number) => typeof value !== 'number' || value <= most,
  pattern: (value: string, text: string) =>
    typeof value !== 'string' || new RegExp(text, 'u').test(value),
  minLength: (value: string, least: number) => typeof value !== 'string' || value.length >= least,
  maxLength: (value: string, most: number) => typeof value !== 'string' || value.length <= most,
  minItems: (value: unknown[], least: number) => !Array.isArray(value) || value.length >= least,
  maxItems: (value: unknown[], most: number) => !Array.isArray(value) || value.length <= most,
  minProperties: (value, least: number) => !isObject(value) || Object.keys(value).length >= least,
  maxProperties: (value, most: number) => !isObject(value) || Object.keys(value).length <= most,
  items: (value: unknown[], item: Json, _, document) =>
    !Array.isArray(value) || value.every((one) => matches(document, item, one)),
  prefixItems: (value: unknown[], schemas: Json[], _, document) =>
    !Array.isArray(value) ||
    value.every((one, at) => at >= schemas.length || matches(document, schemas[at] as Json, one)),
  required: (value, names: string[]) =>
    !isObject(value) || names.every((name) => Object.hasOwn(value, name)),
  properties: (value, properties: Json, _, document) =>
    !isObject(value) ||
    Object.entries(properties).every(
      ([name, schema]) =>
        !Object.hasOwn(value, name) || matches(document, schema, (value as Json)[name]),
    ),
  propertyNames: (value, schema: Json, _, document) =>
    !isObject(value) || Object.keys(value).every((name) => matches(document, schema, name)),
  additionalProperties: (value, rule: boolean | Json, { properties = {} }, document) =>
    !isObject(value) ||
    Object.entries(value)
      .filter(([name]) => !Object.hasOwn(properties, name))
      .every(([, one]) => (typeof rule === 'boolean' ? rule : matches(document, rule, one))),
  allOf: (value, schemas: Json[], _, document) =>
    matching(value, schemas, document) === schemas.length,
  anyOf: (value, schemas: Json[], _, document) => matching(value, schemas, document) > 0,
  oneOf: (value, schemas: Json[], _, document) => matching(value, schemas, document) === 1,
  not: (value, schema: Json, _, document) => !matches(document, schema, value),
}

/** Whether a value matches a JSON Schema of a document. Fails on an unknown keyword. */
export function matches(document: Json, schema: Json, value: unknown): boolean {
  const resolved = resolve(document, schema)
  return Object.entries(resolved).every(([keyword, rule]) => {
    if (ANNOTATIONS.includes(keyword)) return true
    const check = CHECKS[keyword]
    assert.ok(check, `unknown keyword ${keyword}`)
    return check(value as never, rule as never, resolved, document)
  })
}
