/**
 * The client of the recorder's API, for Node and for browsers. It depends on nothing, and gets its
 * types from the schemas of the API.
 */
import type { RecordingAnswer } from '../contract/views.ts'
import type { Ask } from './ask.ts'
import { auditMethods } from './audit-methods.ts'
import { custodyMethods } from './custody-methods.ts'
import { NotFoundError, RecorderProblem } from './errors.ts'
import { followOver } from './follow-over.ts'
import { inspect } from './inspect.ts'
import { recordingPath } from './paths.ts'
import { readJson } from './read-answer.ts'
import type { RecorderClient } from './recorder-client.ts'
import { type OutgoingRequest, send, sendOnce } from './send.ts'
import { type ClientOptions, createTransport, SEARCH } from './transport.ts'
import type { RequestOptions } from './types.ts'
import { verificationMethods } from './verification-methods.ts'

export * from './errors.ts'
export type { FollowOptions } from './follow.ts'
export type {
  FeedSocket,
  FeedSocketConstructor,
  Inspection,
  InspectOptions,
} from './inspect.ts'
export { recordingPath } from './paths.ts'
export type * from './recorder-client.ts'
export type { ClientOptions } from './transport.ts'
export type * from './types.ts'

const ANSWER_LIMIT_MS = 60_000

/** Creates a client. Sends nothing before its first method is called. */
export function createClient(options: ClientOptions = {}): RecorderClient {
  const transport = createTransport(options)
  const { fetcher, credential, prepare } = transport
  const { timeoutMs = ANSWER_LIMIT_MS } = options
  const ask: Ask = <T>(...[method, path, more = {}]: Parameters<RecorderClient['request']>) =>
    send(fetcher, prepare(method, path, more), readJson, timeoutMs) as Promise<T>
  const open: RecorderClient['open'] = (path, query, more = {}) =>
    send(fetcher, prepare('GET', path, { ...more, query }), (answer) => answer)
  return {
    ...readingMethods(ask),
    ...commandMethods(ask),
    ...accessMethods(ask),
    ...custodyMethods(ask),
    ...verificationMethods(ask),
    ...auditMethods(ask, (accept, path, query, more) => {
      const outgoing = prepare('GET', path, { ...more, query })
      outgoing.headers.Accept = `${accept}, application/problem+json`
      return send(fetcher, outgoing, (answer) => answer)
    }),
    request: ask,
    open,
    bundle: (id, query, more) => open(recordingPath(id, 'bundle'), query, more),
    inspect: ({ signal, WebSocket, ...more } = {}) => {
      const query = { ...more, tags: more.tags ? 1 : undefined }
      const outgoing = prepare('GET', '/inspect', { query, signal })
      const connection = {
        url: socketUrl(outgoing.url),
        headers: credential,
        explain: () => explainRefusal(fetcher, outgoing),
      }
      return inspect(connection, { signal, WebSocket })
    },
    follow: followOver(transport),
  }
}

/**
 * Throws the reason why a web socket was refused: as a plain request it gets the same answer, which
 * a web socket does not show to its program.
 */
async function explainRefusal(fetcher: typeof fetch, request: OutgoingRequest): Promise<void> {
  try {
    await sendOnce(fetcher, request)
  } catch (error) {
    if (!(error instanceof RecorderProblem) || error.code !== 'UPGRADE_REQUIRED') throw error
  }
}

/** Returns a URL as a web socket's. One without a host is the page's own. */
function socketUrl(url: string): string {
  const { location } = globalThis as { location?: { href: string } }
  return new URL(url, location?.href).href.replace(/^http/, 'ws')
}

function readingMethods(ask: Ask) {
  const get =
    (path: string) =>
    <T>(options?: RequestOptions): Promise<T> =>
      ask('GET', path, options)
  return {
    async ping(options) {
      await ask('GET', '/ping', options)
    },
    openApi: get('/openapi.json'),
    session: get('/ui/session'),
    application: get('/application'),
    devices: get('/devices'),
    tagKeys: get('/tag-keys'),
    configuration: get('/config'),
    keys: get('/keys'),
    async current(options) {
      try {
        return await ask('GET', '/recordings/current', options)
      } catch (error) {
        if (error instanceof NotFoundError && error.code === 'NO_CURRENT_RECORDING') return null
        throw error
      }
    },
    recording: (id, { tagHistoryAfter, ...options } = {}) =>
      ask('GET', recordingPath(id), { ...options, query: { tagHistoryAfter } }),
    recordings: (query = {}, options) => ask('GET', '/recordings', { ...options, query }),
    search: (body, options) => ask('POST', SEARCH, { ...options, body }),
    events: (id, query = {}, options) =>
      ask('GET', recordingPath(id, 'events'), { ...options, query }),
    replay: (id, query = {}, options) =>
      ask('GET', recordingPath(id, 'replay'), { ...options, query }),
    accesses: (id, query = {}, options) =>
      ask('GET', recordingPath(id, 'accesses'), { ...options, query }),
    segments: (id, query = {}, options) =>
      ask('GET', recordingPath(id, 'segments'), { ...options, query }),
    segmentIndex: (id, number, options) =>
      ask('GET', recordingPath(id, 'segments', 'screen', number, 'index'), options),
    readiness: (media, options) =>
      ask('GET', '/readiness', { ...options, query: { media: media?.join(',') } }),
  } satisfies Partial<RecorderClient>
}

function commandMethods(ask: Ask) {
  const command = (path: string, body: unknown, options?: RequestOptions) =>
    ask<RecordingAnswer>('POST', path, { ...options, body })
  return {
    start: (body = {}, options) => command('/recordings', body, options),
    startMedia: (id, body, options) => command(recordingPath(id, 'start'), body, options),
    stop: (id, body = {}, options) => command(recordingPath(id, 'stop'), body, options),
    pause: (id, body = {}, options) => command(recordingPath(id, 'pause'), body, options),
    resume: (id, body = {}, options) => command(recordingPath(id, 'resume'), body, options),
    tag: (id, tags, options) => command(recordingPath(id, 'tags'), { tags }, options),
    close: (id, options) => command(recordingPath(id, 'close'), {}, options),
    consent: (id, body, options) => command(recordingPath(id, 'consent'), body, options),
  } satisfies Partial<RecorderClient>
}

function accessMethods(ask: Ask) {
  return {
    tokens: (query = {}, options) => ask('GET', '/tokens', { ...options, query }),
    createToken: (body, options) => ask('POST', '/tokens', { ...options, body }),
    async revokeToken(id, options) {
      await ask('DELETE', `/tokens/${encodeURIComponent(id)}`, options)
    },
    rotateKeys: (options) => ask('POST', '/keys/rotate', { ...options, body: {} }),
    launchUrl: (body = {}, options) => ask('POST', '/ui/launch', { ...options, body }),
    async signOut(options) {
      await ask('POST', '/ui/sign-out', { ...options, body: {} })
    },
    async endSessions(options) {
      await ask('DELETE', '/ui/sessions', options)
    },
  } satisfies Partial<RecorderClient>
}
