import { RecorderError } from '../../contract/errors.ts'
import { sendEmpty, sendText } from '../answers/send-answer.ts'
import type { HttpContext } from '../context.ts'
import { answerPageFile } from '../page/page-answer.ts'
import { defineRoute, type Route, type RouteResponse } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import type { Services } from '../services.ts'

/** The path that a person types to get to the inspector. */
export const INSPECTOR_PATH = '/inspector'

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Face-to-Face Interaction Recorder</title>
<h1>Face-to-Face Interaction Recorder</h1>
<p>The recorder is running, but its page is not built. <code>npm run build</code> builds it; then
start the recorder again. Meanwhile the recorder is driven over its
<a href="/v1/openapi.json">REST API</a> and with the command <code>f2f</code>.</p>
</html>
`

const CACHED: RouteResponse = {
  status: 304,
  description: 'The browser has the file',
  headers: ['ETag'],
}

function fileOutcomes(description: string, ...types: string[]): RouteResponse[] {
  const content = Object.fromEntries(types.map((type) => [type, null]))
  return [{ status: 200, description, content, headers: ['ETag'] }, CACHED]
}

/** Returns the routes of the recorder's own page: its files, without any data. */
export function pageRoutes(services: Services): Route[] {
  return [
    defineRoute({
      ...fileRoute(services, '/'),
      operationId: 'page',
      summary: 'The recorder’s own page',
      description: 'A static page without any data. Its requests need the session.',
      // The page of a daemon without a built one has no ETag.
      outcomes: [{ status: 200, description: 'The page', content: { 'text/html': null } }, CACHED],
    }),
    defineRoute({
      method: 'GET',
      path: INSPECTOR_PATH,
      operationId: 'inspectorPage',
      tag: 'Page',
      summary: 'Redirects to the inspector, a place of the page',
      description: 'Places lie in the fragment of the URL, which browsers never send.',
      scope: null,
      outcomes: [{ status: 303, description: 'To the inspector', headers: ['Location'] }],
      handle: ({ ctx }) => sendEmpty(ctx, 303, ['Location', '/#/inspector']),
    }),
    defineRoute({
      ...fileRoute(services, '/manifest.webmanifest'),
      operationId: 'pageManifest',
      summary: 'The manifest by which a browser installs the page as an app',
      description: 'It is the same for everybody.',
      outcomes: fileOutcomes('The manifest', 'application/manifest+json'),
      errors: ['NOT_FOUND'],
    }),
    defineRoute({
      ...fileRoute(services, '/assets/:file'),
      operationId: 'pageAsset',
      summary: 'A script or style of the page',
      description: 'Its name changes with its content, so browsers keep it for a year.',
      outcomes: fileOutcomes('The file', 'text/javascript', 'text/css', 'font/woff2'),
      errors: ['NOT_FOUND'],
    }),
    defineRoute({
      ...fileRoute(services, '/charts/:file'),
      operationId: 'pageChart',
      summary: 'A chart of one of the machines, laid out for the inspector',
      description: 'It is named `<machine>-v<version>.json` and is the same for everybody.',
      outcomes: [
        {
          status: 200,
          description: 'The chart',
          content: { 'application/json': ANSWERS.Chart },
          headers: ['ETag'],
        },
        CACHED,
      ],
      errors: ['NOT_FOUND'],
    }),
    defineRoute({
      ...fileRoute(services, '/icons/:file'),
      operationId: 'pageIcon',
      summary: 'An icon of the page',
      description: 'It is the same for everybody.',
      outcomes: fileOutcomes('The icon', 'image/svg+xml', 'image/png', 'image/x-icon'),
      errors: ['NOT_FOUND'],
    }),
  ]
}

function fileRoute({ pageFiles }: Services, path: string) {
  return {
    method: 'GET' as const,
    path,
    tag: 'Page' as const,
    scope: null,
    handle({ ctx }: { ctx: HttpContext }): void {
      const file = pageFiles.get(ctx.path)
      if (file !== undefined) {
        const { status, headers, content } = answerPageFile(file, ctx.req.headers)
        ctx.respond = false
        ctx.res.writeHead(status, [...headers, ...ctx.state.headers])
        // Node omits the body in an answer to HEAD.
        ctx.res.end(content)
      } else if (path === '/') sendText(ctx, 200, 'text/html; charset=utf-8', NOT_BUILT)
      else throw new RecorderError('NOT_FOUND', 'The page has no such file.')
    },
  }
}
