import { sessionCookieName } from '../../access/access.ts'
import { hasCode, RecorderError } from '../../contract/errors.ts'
import { sendEmpty, sendJson } from '../answers/send-answer.ts'
import { isOtherUser } from '../requests/peer-user.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import { launchRequest } from '../schemas/launch-request.ts'
import type { Services } from '../services.ts'

/** The path below which launch URLs lie. */
export const LAUNCH_PATH = '/launch/'

const isVoidCode = (error: unknown): boolean => hasCode(error, 'UNAUTHENTICATED')

/** A log that has failed keeps nobody from the page, which says so. */
async function recordLogin(
  { recorder, access, user, logger }: Services,
  secret: string,
): Promise<void> {
  const session = access.openSession(secret)
  if (session === null) return
  await recorder.accesses
    .recordLogin(session, { side: 'ui', client: 'ui', user })
    .catch((error) => logger.warn({ err: error }, 'a login to the page is not in the log'))
}

/** Returns the routes by which a browser is signed in. */
export function launchRoutes(services: Services): Route[] {
  const { access, address, isRunning } = services
  return [
    defineRoute({
      method: 'POST',
      path: '/v1/ui/launch',
      operationId: 'launchPage',
      tag: 'Page',
      summary: 'Creates a URL that signs one browser in, once and within 60 s',
      description:
        'The URL is a secret until it has been opened. With `admin` the session that it opens has that scope, too, for holds, erasures, keys and tokens. Ask for it only when a person needs that.',
      scope: 'admin',
      changesState: true,
      body: launchRequest,
      outcomes: [
        { status: 201, description: 'The URL', content: { 'application/json': ANSWERS.Launch } },
      ],
      errors: ['NOT_READY'],
      handle({ ctx, body }) {
        if (!isRunning()) throw new RecorderError('NOT_READY', 'The recorder is stopping.')
        const { code, expiresAt } = access.issueLaunchCode(body)
        sendJson(ctx, 201, { url: `${address().url}${LAUNCH_PATH}${code}`, expiresAt })
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${LAUNCH_PATH}:code`,
      operationId: 'openPage',
      tag: 'Page',
      description:
        'The code works once, and on Linux only for the user who runs the daemon. The session lasts 12 hours, or until it is signed out. A restart of the daemon does not end it. A browser (`Accept: text/html`) with a void code is redirected to the page without a session; others get 401.',
      summary:
        'Opens a session for the browser that follows a launch URL, and redirects it to the page',
      scope: null,
      outcomes: [
        { status: 303, description: 'The session is open', headers: ['Location', 'Set-Cookie'] },
      ],
      errors: ['UNAUTHENTICATED', 'RATE_LIMITED'],
      async handle({ ctx, params }) {
        if (ctx.method === 'HEAD') {
          // HEAD must not consume the code.
          const members = { allow: ['GET'] }
          throw new RecorderError(
            'METHOD_NOT_ALLOWED',
            'A launch URL can be opened only with GET.',
            {
              members,
            },
          )
        }
        // The URL stands on the command line of a browser, which other users can see.
        const secret = await access
          .redeemLaunchCode(params.code as string, () => isOtherUser(ctx.req.socket))
          .catch((error) => {
            if (isVoidCode(error) && ctx.req.headers.accept?.includes('text/html')) return null
            throw error
          })
        // A person is shown the page, which is signed in already or asks for a new link.
        if (secret === null) return sendEmpty(ctx, 303, ['Location', '/'])
        await recordLogin(services, secret)
        const cookie = `${sessionCookieName(address().port)}=${secret}; Path=/; HttpOnly; SameSite=Strict`
        sendEmpty(ctx, 303, ['Location', '/', 'Set-Cookie', cookie])
      },
    }),
  ]
}
