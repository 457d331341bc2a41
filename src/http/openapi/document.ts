import type { Route } from '../route.ts'
import { ErrorResponses, errorExampleComponents } from './error-responses.ts'
import { headerComponents } from './headers.ts'
import { operationOf } from './operation.ts'
import { parameterComponents } from './parameters.ts'
import { componentSchemas, type Json } from './schemas.ts'
import { TAGS } from './tags.ts'

const DESCRIPTION = [
  'Every GET route also answers HEAD.',
  'An unknown path gets 404 `NOT_FOUND`, without a credential 401 `UNAUTHENTICATED`.',
  'All errors are problem documents (RFC 9457) with a `code`, sent as `application/json` where `Accept` names only that.',
  'Unknown fields and query parameters are refused. Answers may get further fields, and the log further types of events.',
].join(' ')

function securitySchemes(cookieName: string): Json {
  return {
    token: {
      type: 'http',
      scheme: 'bearer',
      description: 'API side: the home token, or a token from POST /v1/tokens',
    },
    session: {
      type: 'apiKey',
      in: 'cookie',
      name: cookieName,
      description:
        'UI side: the recorder’s own page. Every request needs `Sec-Fetch-Site: same-origin`, as browsers send it; files and this description may also be opened from the address bar (`none`). Requests that change state need the page’s `Origin`.',
    },
  }
}

/** Converts a path to OpenAPI's notation. */
export function openApiPath(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}')
}

/** Describes the routes as OpenAPI 3.1, whose schemas are JSON Schema 2020-12. */
export function openApiOf(
  routes: readonly Route[],
  daemon: { version: string; url: string; cookieName: string },
): Json {
  const errors = new ErrorResponses()
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const path = openApiPath(route.path)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, errors) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Face-to-Face Interaction Recorder',
      version: daemon.version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description: DESCRIPTION,
    },
    servers: [{ url: daemon.url, description: 'The recorder on this computer' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: componentSchemas(),
      responses: errors.components(),
      parameters: parameterComponents(routes),
      headers: headerComponents(),
      examples: errorExampleComponents(),
      securitySchemes: securitySchemes(daemon.cookieName),
    },
  }
}
