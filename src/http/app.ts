import Koa from 'koa'
import { sessionCookieName } from '../access/access.ts'
import type { RequestState } from './context.ts'
import { noRoute } from './no-route.ts'
import { openApiOf } from './openapi/document.ts'
import { createGate } from './requests/gate.ts'
import type { Route } from './route.ts'
import { routing } from './routers.ts'
import { accessRoutes } from './routes/accesses.ts'
import { applicationRoutes, openApiRoute } from './routes/application.ts'
import { auditRoutes } from './routes/audit.ts'
import { bundleRoutes } from './routes/bundle.ts'
import { commandRoutes } from './routes/commands.ts'
import { composedFileRoutes } from './routes/composed-files.ts'
import { configurationRoutes } from './routes/configuration.ts'
import { custodyRoutes } from './routes/custody.ts'
import { eventRoutes } from './routes/events.ts'
import { inspectRoutes } from './routes/inspect.ts'
import { keyRoutes } from './routes/keys.ts'
import { launchRoutes } from './routes/launch.ts'
import { outsiderRoutes } from './routes/outsiders.ts'
import { pageRoutes } from './routes/page.ts'
import { peaksRoutes } from './routes/peaks.ts'
import { pictureRoutes } from './routes/picture.ts'
import { pingRoute } from './routes/ping.ts'
import { proofRoutes } from './routes/proofs.ts'
import { readinessRoutes } from './routes/readiness.ts'
import { recordingRoutes } from './routes/recordings.ts'
import { replayRoutes } from './routes/replay.ts'
import { retentionRoutes } from './routes/retention.ts'
import { segmentIndexRoutes } from './routes/segment-index.ts'
import { segmentRoutes } from './routes/segments.ts'
import { tagKeyRoutes } from './routes/tag-keys.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { uiSessionRoutes } from './routes/ui-sessions.ts'
import { verificationRoutes } from './routes/verifications.ts'
import type { Services } from './services.ts'

/** Returns all routes. */
export function createRoutes(services: Services): Route[] {
  let description: string | undefined
  const routes: Route[] = [
    ...recordingRoutes(services),
    ...commandRoutes(services),
    ...custodyRoutes(services),
    ...retentionRoutes(services),
    ...tagKeyRoutes(services),
    ...segmentRoutes(services),
    ...peaksRoutes(services),
    ...segmentIndexRoutes(services),
    ...pictureRoutes(services),
    ...composedFileRoutes(services),
    ...bundleRoutes(services),
    ...eventRoutes(services),
    ...accessRoutes(services),
    ...auditRoutes(services),
    ...replayRoutes(services),
    ...inspectRoutes(services),
    ...applicationRoutes(services),
    ...configurationRoutes(services),
    pingRoute(),
    ...readinessRoutes(services),
    ...keyRoutes(services),
    ...proofRoutes(services),
    ...verificationRoutes(services),
    ...outsiderRoutes(services),
    ...tokenRoutes(services),
    ...launchRoutes(services),
    ...pageRoutes(services),
    ...uiSessionRoutes(services),
    openApiRoute(() => {
      const { url, port } = services.address()
      description ??= JSON.stringify(
        openApiOf(routes, { version: services.version, url, cookieName: sessionCookieName(port) }),
      )
      return description
    }),
  ]
  return routes
}

/** Creates the Koa application without its server: the gate, the routes, and the 404. */
export function createApp(services: Services): Koa<RequestState> {
  const app = new Koa<RequestState>()
  app.use(createGate(services))
  app.use(routing(createRoutes(services)))
  app.use((ctx) => {
    throw noRoute(ctx)
  })
  // The gate answers every error. Only connections that broke during an answer arrive here.
  app.on('error', (error) => services.logger.debug({ err: error }, 'connection broke'))
  return app
}
