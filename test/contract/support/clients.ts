import assert from 'node:assert/strict'
import type { Scope } from '../../../src/access/scopes.ts'
import type { ClientSide } from '../../../src/contract/by.ts'
import type { Answer, TestDaemon } from '../../support/daemon.ts'
import { assertDescribed, type OpenApi } from './described.ts'

type Headers = Record<string, string | undefined>

/** A client of the API with its own credential. It checks every answer against openapi.json. */
export interface Client {
  readonly side: ClientSide
  /** As events name it. */
  readonly name: string
  /** The headers that make it this client. */
  readonly credential: Headers
  /** Sends a request to a path below `/v1`. */
  call(method: string, path: string, body?: unknown, headers?: Headers): Promise<Answer>
  get(path: string): Promise<Answer>
  /** Starts a recording, by default of the microphone only, which is the quickest. */
  start(body?: object, headers?: Headers): Promise<Answer>
  /** Sends a command on a recording: `start`, `stop`, `pause`, `resume`, `tags` or `close`. */
  command(word: string, body?: object, headers?: Headers, id?: string): Promise<Answer>
}

/**
 * Those who can drive a daemon: one client of each side, and as many third parties as are wanted.
 */
export interface Clients {
  readonly openapi: OpenApi
  /** With the home token. */
  readonly api: Client
  /** With the session of a browser that followed a launch URL. */
  readonly ui: Client
  /** Creates a client with a new token of these scopes. */
  thirdParty(
    name: string,
    scopes: readonly Scope[],
  ): Promise<Client & { id: string; secret: string; created: Answer }>
  /** Ends the current recording, if there is one. */
  clear(): Promise<void>
}

/** Gets credentials of both sides from a daemon. */
export async function connect(daemon: TestDaemon): Promise<Clients> {
  const openapi: OpenApi = (await daemon.api('GET', '/openapi.json')).body

  function client(side: ClientSide, name: string, credential: Headers): Client {
    async function call(
      method: string,
      path: string,
      body?: unknown,
      headers: Headers = {},
    ): Promise<Answer> {
      const answer = await daemon.api(method, path, body, {
        Authorization: undefined,
        ...credential,
        ...headers,
      })
      assertDescribed(openapi, method, `/v1${path}`, answer)
      return answer
    }
    return {
      side,
      name,
      credential,
      call,
      get: (path) => call('GET', path),
      start: (body, headers) =>
        call('POST', '/recordings', { media: ['mic'], wrapUpSeconds: 3600, ...body }, headers),
      command: (word, body, headers, id = 'current') =>
        call('POST', `/recordings/${id}/${word}`, body, headers),
    }
  }

  const api = client('api', 'home', { Authorization: `Bearer ${daemon.token}` })
  const ui = client('ui', 'ui', {
    Cookie: await signIn(daemon),
    Origin: daemon.url,
    'Sec-Fetch-Site': 'same-origin',
  })
  return {
    openapi,
    api,
    ui,
    async thirdParty(name, scopes) {
      const created = await api.call('POST', '/tokens', { name, scopes })
      const { status, body } = created
      assert.equal(status, 201)
      return {
        ...client('api', name, { Authorization: `Bearer ${body.token}` }),
        id: body.id,
        secret: body.token,
        created,
      }
    },
    async clear() {
      const { status, body } = await api.get('/recordings/current')
      if (status === 404) return
      const owner = body.controller === 'ui' ? ui : api
      if (body.state !== 'WrapUp') assert.equal((await owner.command('stop')).status, 200)
      assert.equal((await owner.command('close')).status, 200)
    },
  }
}

/** Opens a launch URL as a browser does, and returns the cookie. */
export async function signIn(daemon: TestDaemon): Promise<string> {
  const { body } = await daemon.api('POST', '/ui/launch')
  const answer = await fetch(body.url, { redirect: 'manual' })
  assert.equal(answer.status, 303)
  return answer.headers.get('set-cookie')!.split(';')[0]!
}
