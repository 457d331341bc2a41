/**
 * The client of the recorder's API, for Node and for browsers. It depends on nothing, and gets its
 * types from the schemas of the API.
 */
import type { EffectiveConfiguration } from '../contract/configuration.ts'
import type { AccessView, KeyStatus } from '../contract/custody.ts'
import type { LogEvent } from '../contract/events.ts'
import type { Medium } from '../contract/media.ts'
import type { ReplayState } from '../contract/replay.ts'
import type {
  ApplicationView,
  ReadinessView,
  RecordingAnswer,
  SegmentView,
} from '../contract/views.ts'
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
import type {
  ConsentRequest,
  Devices,
  EventsQuery,
  Launch,
  LaunchRequest,
  MediaRequest,
  NewToken,
  Page,
  PageQuery,
  PauseRequest,
  RecordingsQuery,
  RecordingWithHistory,
  ReplayQuery,
  RequestOptions,
  SearchRequest,
  SegmentIndex,
  SessionView,
  StartMediaRequest,
  StartRequest,
  TagKeys,
  Tags,
  TokenRequest,
  TokenView,
} from './types.ts'
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
  const request: RecorderClient['request'] = (method, path, more = {}) =>
    send(fetcher, prepare(method, path, more), readJson, timeoutMs)
  const open: RecorderClient['open'] = (path, query, more = {}) =>
    send(fetcher, prepare('GET', path, { ...more, query }), (answer) => answer)
  return {
    ...readingMethods(request),
    ...commandMethods(request),
    ...accessMethods(request),
    ...custodyMethods(request),
    ...verificationMethods(request),
    ...auditMethods(request, (accept, path, query, more) => {
      const outgoing = prepare('GET', path, { ...more, query })
      outgoing.headers.Accept = `${accept}, application/problem+json`
      return send(fetcher, outgoing, (answer) => answer)
    }),
    request,
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

type Request = RecorderClient['request']

function readingMethods(request: Request) {
  const get =
    <T>(path: string) =>
    (options?: RequestOptions): Promise<T> =>
      request('GET', path, options) as Promise<T>
  return {
    async ping(options?: RequestOptions) {
      await request('GET', '/ping', options)
    },
    openApi: get<unknown>('/openapi.json'),
    session: get<SessionView>('/ui/session'),
    application: get<ApplicationView>('/application'),
    devices: get<Devices>('/devices'),
    tagKeys: get<TagKeys>('/tag-keys'),
    configuration: get<EffectiveConfiguration>('/config'),
    keys: get<KeyStatus>('/keys'),
    async current(options?: RequestOptions) {
      try {
        return (await request('GET', '/recordings/current', options)) as RecordingWithHistory
      } catch (error) {
        if (error instanceof NotFoundError && error.code === 'NO_CURRENT_RECORDING') return null
        throw error
      }
    },
    recording: (id: string, options?: RequestOptions) =>
      request('GET', recordingPath(id), options) as Promise<RecordingWithHistory>,
    recordings: (query: RecordingsQuery = {}, options?: RequestOptions) =>
      request('GET', '/recordings', { ...options, query }) as Promise<Page<RecordingAnswer>>,
    search: (body: SearchRequest, options?: RequestOptions) =>
      request('POST', SEARCH, { ...options, body }) as Promise<Page<RecordingAnswer>>,
    events: (id: string, query: EventsQuery = {}, options?: RequestOptions) =>
      request('GET', recordingPath(id, 'events'), { ...options, query }) as Promise<Page<LogEvent>>,
    replay: (id: string, query: ReplayQuery = {}, options?: RequestOptions) =>
      request('GET', recordingPath(id, 'replay'), { ...options, query }) as Promise<ReplayState>,
    accesses: (id: string, query: PageQuery = {}, options?: RequestOptions) =>
      request('GET', recordingPath(id, 'accesses'), { ...options, query }) as Promise<
        Page<AccessView>
      >,
    segments: (id: string, query: PageQuery = {}, options?: RequestOptions) =>
      request('GET', recordingPath(id, 'segments'), { ...options, query }) as Promise<
        Page<SegmentView>
      >,
    segmentIndex: (id: string, number: number, options?: RequestOptions) =>
      request(
        'GET',
        recordingPath(id, 'segments', 'screen', number, 'index'),
        options,
      ) as Promise<SegmentIndex>,
    readiness: (media?: readonly Medium[], options?: RequestOptions) =>
      request('GET', '/readiness', {
        ...options,
        query: { media: media?.join(',') },
      }) as Promise<ReadinessView>,
  }
}

function commandMethods(request: Request) {
  const command = (path: string, body: unknown, options?: RequestOptions) =>
    request('POST', path, { ...options, body }) as Promise<RecordingAnswer>
  return {
    start: (body: StartRequest = {}, options?: RequestOptions) =>
      command('/recordings', body, options),
    startMedia: (id: string, body: StartMediaRequest, options?: RequestOptions) =>
      command(recordingPath(id, 'start'), body, options),
    stop: (id: string, body: MediaRequest = {}, options?: RequestOptions) =>
      command(recordingPath(id, 'stop'), body, options),
    pause: (id: string, body: PauseRequest = {}, options?: RequestOptions) =>
      command(recordingPath(id, 'pause'), body, options),
    resume: (id: string, body: MediaRequest = {}, options?: RequestOptions) =>
      command(recordingPath(id, 'resume'), body, options),
    tag: (id: string, tags: Tags, options?: RequestOptions) =>
      command(recordingPath(id, 'tags'), { tags }, options),
    close: (id: string, options?: RequestOptions) =>
      command(recordingPath(id, 'close'), {}, options),
    consent: (id: string, body: ConsentRequest, options?: RequestOptions) =>
      command(recordingPath(id, 'consent'), body, options),
  }
}

function accessMethods(request: Request) {
  return {
    tokens: (query: PageQuery = {}, options?: RequestOptions) =>
      request('GET', '/tokens', { ...options, query }) as Promise<Page<TokenView>>,
    createToken: (body: TokenRequest, options?: RequestOptions) =>
      request('POST', '/tokens', { ...options, body }) as Promise<NewToken>,
    async revokeToken(id: string, options?: RequestOptions) {
      await request('DELETE', `/tokens/${encodeURIComponent(id)}`, options)
    },
    rotateKeys: (options?: RequestOptions) =>
      request('POST', '/keys/rotate', { ...options, body: {} }) as Promise<KeyStatus>,
    launchUrl: (body: LaunchRequest = {}, options?: RequestOptions) =>
      request('POST', '/ui/launch', { ...options, body }) as Promise<Launch>,
    async signOut(options?: RequestOptions) {
      await request('POST', '/ui/sign-out', { ...options, body: {} })
    },
    async endSessions(options?: RequestOptions) {
      await request('DELETE', '/ui/sessions', options)
    },
  }
}
