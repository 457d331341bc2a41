import type * as z from 'zod'
import { validate } from '../requests/validate.ts'
import type { Route } from '../route.ts'
import { pathId } from '../schemas/requests.ts'
import { headerParameters } from './headers.ts'
import { type Json, refTo, schemaOf } from './schemas.ts'

const RECORDING_ID = 'cb455be5-af7a-49a5-a50a-a14bca17c846'

const PATH_PARAMETERS: Record<string, Json> = {
  id: {
    description: '`current`, or the id of a recording',
    example: RECORDING_ID,
    schema: schemaOf(pathId),
  },
  medium: {
    description: 'The medium of the track',
    example: 'mic',
    schema: { $ref: '#/components/schemas/Medium' },
  },
  number: {
    description: 'The number of the segment, from 1',
    example: 1,
    schema: { type: 'integer', minimum: 1 },
  },
  tokenId: {
    description: 'The id of a token',
    example: 'tok_Zk3mJ1xQfT0aVb9R',
    schema: { type: 'string' },
  },
  holdId: {
    description: 'The id of a hold',
    example: 'b0a0c7a4-2f0a-4a37-8a5c-6f7b0f1d2c3e',
    schema: { type: 'string' },
  },
  position: {
    description: 'The position of an event',
    example: 1,
    schema: { type: 'integer', minimum: 1 },
  },
  verificationId: {
    description: 'The id of a verification',
    example: '0f8fad5b-d9cb-469f-a165-70867728950e',
    schema: { type: 'string' },
  },
  file: {
    description: 'The name of a file of the page',
    example: 'main-ABCDEFGH.js',
    schema: { type: 'string' },
  },
  code: { description: 'A launch code', example: 'Zk3m…', schema: { type: 'string' } },
}

/** Parameters of queries that many operations share. */
const SHARED_QUERY = ['limit', 'cursor']

/** Returns the parameters that operations refer to, by name. */
export function parameterComponents(routes: readonly Route[]): Json {
  const paths = Object.entries(PATH_PARAMETERS).map(([name, parameter]) => [
    name,
    { name, in: 'path', required: true, ...parameter },
  ])
  const queries = routes
    .flatMap(queryParameters)
    .filter(({ name }) => SHARED_QUERY.includes(name as string))
    .map((parameter) => [parameter.name, parameter])
  return { ...Object.fromEntries(paths), ...Object.fromEntries(queries), ...headerParameters() }
}

/** Returns the parameters of a route. */
export function parametersOf(route: Route): Json[] {
  const path = [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => refTo('parameters', name))
  const query = queryParameters(route).map((parameter) =>
    SHARED_QUERY.includes(parameter.name as string)
      ? refTo('parameters', parameter.name as string)
      : parameter,
  )
  const headers = (route.requestHeaders ?? []).map((name) => refTo('parameters', name))
  return [...path, ...query, ...headers]
}

function queryParameters({ query }: Route): Json[] {
  if (query === undefined) return []
  const { properties } = schemaOf(query) as { properties: Record<string, Json> }
  // JSON Schema omits defaults of what a query parameter's text is converted to.
  const defaults = validate(query as z.ZodType<Json>, {})
  return Object.entries(properties).map(([name, { description, required = false, ...schema }]) => ({
    name,
    in: 'query',
    required,
    description,
    ...(schema.type === 'array' ? { style: 'form', explode: false } : {}),
    schema: defaults[name] === undefined ? schema : { ...schema, default: defaults[name] },
  }))
}
