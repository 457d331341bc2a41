import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type IncomingMessage, type RequestOptions, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json, text } from 'node:stream/consumers'
import type { ErrorCode } from '../../../src/contract/errors.ts'
import { createFaultDisk } from '../../e2e/support/fault-disk.ts'
import { createStallingFfmpeg } from '../../e2e/support/stalling-ffmpeg.ts'
import type { Answer, DaemonOptions, TestDaemon } from '../../support/daemon.ts'
import { writeDamagedLog } from '../../support/damaged-log.ts'
import { loseMasterKey } from '../../support/master-key.ts'
import { recordingFolders } from '../../support/recording-folders.ts'
import { staticFfmpeg } from '../../support/static-ffmpeg.ts'
import { eventually } from '../../support/suite.ts'
import type { Clients } from './clients.ts'
import { openFeed } from './event-feed.ts'
import { limitFileSize } from './file-size-limit.ts'

type Headers = Record<string, string>
/** Sends a request that provokes the error, with additional headers. */
type Ask = (headers: Headers) => Promise<Answer>

/** A healthy daemon with its clients, and a way to start others. */
export interface Bench extends Clients {
  daemon: TestDaemon
  /** Starts another daemon, which ends with the test. */
  another(options: DaemonOptions): Promise<Clients & { daemon: TestDaemon }>
  /** Runs when the test is over, the last one first. */
  afterwards(work: () => unknown): void
}

/** `Accept` of both kinds of clients: any type, and plain JSON alone. */
export const ACCEPTED = ['*/*', 'application/json'] as const

/** Provokes each error of the real daemon: prepares it, and returns the request that gets it. */
export const PROVOKED: Record<ErrorCode, (bench: Bench) => Promise<Ask> | Ask> = {
  INVALID_JSON:
    ({ api }) =>
    (headers) =>
      api.call('POST', '/recordings', '{"media":', headers),
  INVALID_REQUEST:
    ({ api }) =>
    (headers) =>
      api.call('POST', '/recordings', { media: [], colour: 1 }, headers),
  UNAUTHENTICATED:
    ({ daemon }) =>
    (headers) =>
      daemon.api('GET', '/application', undefined, { Authorization: undefined, ...headers }),
  FORBIDDEN_SCOPE: async ({ thirdParty }) => {
    const reader = await thirdParty('reader', ['read', 'tag'])
    return (headers) => reader.command('stop', undefined, headers)
  },
  FORBIDDEN_SAME_ACTOR: async (bench) => {
    const home = await homeWith({ holds: { releaseBy: 'other' } })
    const { api } = await bench.another({ home })
    const id = await closedRecording(api)
    const { body } = await api.command('holds', { reason: 'A court asks for it.' }, {}, id)
    const word = `holds/${body.holds[0].id}/release`
    return (headers) => api.command(word, { reason: 'A mistake.' }, headers, id)
  },
  FORBIDDEN_HOST:
    ({ daemon, api }) =>
    (headers) =>
      answerTo(daemon, '/v1/application', {
        headers: { ...(api.credential as Headers), ...headers, Host: 'rebound.example' },
      }),
  FORBIDDEN_ORIGIN:
    ({ api }) =>
    (headers) =>
      api.call('GET', '/application', undefined, { Origin: 'https://page.example', ...headers }),
  NOT_FOUND:
    ({ api }) =>
    (headers) =>
      api.call('GET', '/recording', undefined, headers),
  RECORDING_NOT_FOUND:
    ({ api }) =>
    (headers) =>
      api.call('GET', '/recordings/no-such-recording', undefined, headers),
  NO_CURRENT_RECORDING:
    ({ api }) =>
    (headers) =>
      api.command('stop', undefined, headers),
  METHOD_NOT_ALLOWED:
    ({ api }) =>
    (headers) =>
      api.call('PUT', '/recordings', undefined, headers),
  NOT_ACCEPTABLE:
    ({ api }) =>
    () =>
      api.call('GET', '/application', undefined, { Accept: 'text/html' }),
  CONTROL_HELD_BY_API: async ({ api, ui }) => {
    await api.start()
    return (headers) => ui.command('stop', undefined, headers)
  },
  CONTROL_HELD_BY_UI: async ({ api, ui }) => {
    await ui.start()
    return (headers) => api.start({}, headers)
  },
  ALREADY_RECORDING: async ({ api }) => {
    await api.start()
    return (headers) => api.start({}, headers)
  },
  INVALID_STATE: async ({ api }) => {
    await api.start()
    return (headers) => api.command('resume', undefined, headers)
  },
  RECORDING_CLOSED: async ({ api }) => {
    const id = await closedRecording(api)
    return (headers) => api.command('tags', { tags: { late: true } }, headers, id)
  },
  CONSENT_REQUIRED:
    ({ api }) =>
    (headers) =>
      api.start({ consent: { state: 'declined', method: 'spoken' } }, headers),
  TAG_LIMIT: async ({ api }) => {
    await api.start()
    const tags = Object.fromEntries(
      Array.from({ length: 14 }, (_, i) => [`key${i}`, 'x'.repeat(4_000)]),
    )
    for (let i = 0; i < 18; i++) await api.command('tags', { tags })
    return (headers) => api.command('tags', { tags }, headers)
  },
  IN_FLIGHT: async (bench) => {
    const { api, daemon, ffmpeg } = await stalled(bench)
    const key = { 'Idempotency-Key': 'slow' }
    const feed = await openFeed(daemon)
    ffmpeg.stall('sine')
    const first = api.start({}, key)
    bench.afterwards(() => api.command('stop').then(() => first))
    await feed.event('the start accepted', ({ type }) => type === 'command.accepted')
    return (headers) => api.start({}, { ...key, ...headers })
  },
  TOKEN_NAME_TAKEN: async ({ api, thirdParty }) => {
    await thirdParty('taken', ['read'])
    return (headers) => api.call('POST', '/tokens', { name: 'taken', scopes: ['audit'] }, headers)
  },
  ERASED: async ({ api }) => {
    const id = await closedRecording(api)
    await api.command('erase', { reason: 'The customer asked for it.' }, {}, id)
    return (headers) => api.call('GET', `/recordings/${id}/segments/mic/1`, undefined, headers)
  },
  ON_HOLD: async ({ api }) => {
    const id = await closedRecording(api)
    await api.command('holds', { reason: 'A court asks for it.' }, {}, id)
    return (headers) => api.command('erase', { reason: 'A mistake.' }, headers, id)
  },
  VERSION_MISMATCH: async ({ api }) => {
    await api.start()
    return (headers) => api.command('pause', undefined, { 'If-Match': '"1"', ...headers })
  },
  REQUEST_TIMEOUT: ({ daemon }) => {
    const { host } = new URL(daemon.url)
    // Both wait for the same 5 s.
    const late = ACCEPTED.map((Accept) => ({
      Accept,
      answered: answerToUnfinished(
        daemon,
        `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nAccept: ${Accept}\r\n`,
      ),
    }))
    return ({ Accept }) => late.find((one) => one.Accept === Accept)!.answered
  },
  RANGE_NOT_SATISFIABLE: async ({ api }) => {
    const id = await closedRecording(api)
    const path = `/recordings/${id}/segments/mic/1`
    return (headers) => api.call('GET', path, undefined, { Range: 'bytes=99999999-', ...headers })
  },
  HEADERS_TOO_LARGE:
    ({ daemon }) =>
    (headers) =>
      answerTo(daemon, '/v1/application', { headers: { ...headers, Cookie: 'x'.repeat(16_384) } }),
  PAYLOAD_TOO_LARGE:
    ({ api }) =>
    (headers) =>
      api.call('POST', '/recordings', JSON.stringify({ tags: 'x'.repeat(65_536) }), headers),
  UNSUPPORTED_MEDIA_TYPE:
    ({ api }) =>
    (headers) =>
      api.call('POST', '/recordings', '{}', { 'Content-Type': 'text/plain', ...headers }),
  EXPECTATION_FAILED:
    ({ daemon, api }) =>
    (headers) =>
      answerTo(daemon, '/v1/application', {
        headers: { ...(api.credential as Headers), ...headers, Expect: '200-ok' },
      }),
  IDEMPOTENCY_MISMATCH: async ({ api }) => {
    const key = { 'Idempotency-Key': 'once' }
    await api.start({}, key)
    return (headers) => api.start({ media: ['speaker'] }, { ...key, ...headers })
  },
  RATE_LIMITED: async (bench) => {
    const { daemon } = await bench.another({})
    const guess = (headers: Headers) =>
      daemon.api('GET', '/application', undefined, { Authorization: 'Bearer guessed', ...headers })
    await eventually('too many wrong credentials', async () => (await guess({})).status === 429)
    assert.equal(
      (await daemon.api('GET', '/application')).status,
      200,
      'a right credential is let through all the same',
    )
    return guess
  },
  TOO_MANY_CONNECTIONS: async ({ daemon, api, afterwards }) => {
    const { host, hostname, port } = new URL(daemon.url)
    const head = [
      ...['POST /v1/recordings HTTP/1.1', `Host: ${host}`, `Authorization: Bearer ${daemon.token}`],
      ...['Content-Type: application/json', 'Content-Length: 2', '', ''],
    ].join('\r\n')
    const unfinished = Array.from({ length: 64 }, () => connect(Number(port), hostname))
    afterwards(() => {
      for (const socket of unfinished) socket.destroy()
    })
    for (const socket of unfinished) socket.on('error', () => {}).write(head)
    const ask: Ask = (headers) => api.call('GET', '/application', undefined, headers)
    await eventually('all connections wait', async () => {
      return (await ask({}).catch(() => undefined))?.status === 429
    })
    return ask
  },
  TOO_MANY_STREAMS: async ({ daemon, api, afterwards }) => {
    const feeds = await Promise.all(Array.from({ length: 8 }, () => openFeed(daemon)))
    afterwards(() => Promise.all(feeds.map((feed) => feed.close())))
    return (headers) => api.call('GET', '/events', undefined, headers)
  },
  UPGRADE_REQUIRED:
    ({ api }) =>
    (headers) =>
      api.call('GET', '/inspect', undefined, headers),
  INTERNAL: async ({ api, daemon }) => {
    const id = await closedRecording(api)
    const folder = join(daemon.home, 'recordings', id)
    await rm(folder, { recursive: true })
    await writeFile(folder, 'where a folder should be')
    return (headers) => api.call('GET', `/recordings/${id}/segments/mic/1`, undefined, headers)
  },
  DEVICE_UNAVAILABLE:
    ({ api }) =>
    (headers) =>
      api.start({ devices: { mic: 'unplugged' } }, headers),
  CAPTURE_FAILED: async (bench) => {
    const ffmpegPath = join(await mkdtemp(join(tmpdir(), 'f2f-ffmpeg-')), 'ffmpeg')
    await writeFile(ffmpegPath, '#!/bin/sh\nexit 1\n')
    await chmod(ffmpegPath, 0o700)
    const { api, daemon } = await bench.another({ home: await homeWith({ ffmpegPath }) })
    return async (headers) => {
      const answer = await api.start({ media: ['mic', 'screen'] }, headers)
      assert.deepEqual((await api.get('/recordings')).body.items, [])
      const left = recordingFolders(daemon.home)
      assert.deepEqual(left, [], 'the start was rolled back on disk too')
      return answer
    }
  },
  KEY_UNAVAILABLE: async (bench) => {
    const { daemon } = await bench.another({})
    await daemon.stop()
    await loseMasterKey(daemon.home)
    const { api } = await bench.another({ home: daemon.home })
    return (headers) => api.start({}, headers)
  },
  NOT_READY: async (bench) => {
    const { daemon } = await bench.another({})
    const feed = await openFeed(daemon)
    // Requests that are let in and not whole when the stop signal comes.
    const waiting = await Promise.all(
      ACCEPTED.map(async (Accept) => {
        const headers = {
          Authorization: `Bearer ${daemon.token}`,
          'Content-Type': 'application/json',
          'Content-Length': 2,
        }
        const open = request(`${daemon.url}/v1/recordings`, {
          method: 'POST',
          headers: { ...headers, Accept, Expect: '100-continue' },
        })
        const answered = new Promise<IncomingMessage>((resolve, reject) =>
          open.on('response', resolve).on('error', reject),
        )
        await new Promise((resolve) => open.on('continue', resolve).flushHeaders())
        return { Accept, open, answered }
      }),
    )
    daemon.kill('SIGTERM')
    await feed.ended
    return async ({ Accept }) => {
      const { open, answered } = waiting.find((one) => one.Accept === Accept)!
      open.end('{}')
      return answerOf(await answered)
    }
  },
  EXPORT_FAILED: async ({ api, daemon }) => {
    const { body } = await api.start()
    await api.command('stop')
    await rm(join(daemon.home, 'recordings', body.id), { recursive: true })
    return (headers) => api.call('GET', `/recordings/${body.id}/export`, undefined, headers)
  },
  INTERRUPTED: async (bench) => {
    const { api, daemon, ffmpeg } = await stalled(bench)
    ffmpeg.stall('sine')
    return async (headers) => {
      const feed = await openFeed(daemon)
      const started = api.start({}, headers)
      await feed.event('the start accepted', ({ type }) => type === 'command.accepted')
      feed.close()
      assert.equal((await api.command('stop')).status, 200)
      return started
    }
  },
  STORAGE_UNAVAILABLE: async (bench) => {
    const { api, daemon } = await bench.another({})
    limitFileSize(daemon.pid, 0)
    bench.afterwards(async () => {
      limitFileSize(daemon.pid, null)
      await eventually('a log that is open again', async () => (await api.start()).status === 201)
    })
    return (headers) => api.start({}, headers)
  },
  LOG_DAMAGED: async (bench) => {
    const home = await mkdtemp(join(tmpdir(), 'f2f-damaged-'))
    bench.afterwards(() => rm(home, { recursive: true, force: true }))
    await writeDamagedLog(home)
    const { api } = await bench.another({ home })
    await eventually('a finding', async () => {
      const { body } = await api.call('GET', '/application')
      return body.storage.log === 'readOnly'
    })
    return (headers) => api.start({}, headers)
  },
  STORAGE_FULL: async (bench) => {
    const disk = createFaultDisk()
    bench.afterwards(() => disk.remove())
    const { api } = await bench.another({ home: disk.folder })
    await api.start()
    disk.fill()
    // In the block that the log's file has begun there is still room.
    await eventually(
      'a full disk',
      async () => (await api.command('tags', { tags: { text: 'x'.repeat(4_096) } })).status !== 200,
    )
    return (headers) => api.command('stop', undefined, headers)
  },
}

async function closedRecording(api: Clients['api']): Promise<string> {
  await api.start()
  await api.command('stop')
  return (await api.command('close')).body.id
}

async function stalled({ another }: Bench) {
  const ffmpeg = createStallingFfmpeg(staticFfmpeg)
  return { ffmpeg, ...(await another({ home: await homeWith({ ffmpegPath: ffmpeg.path }) })) }
}

async function homeWith(config: object): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'f2f-home-'))
  await writeFile(join(home, 'config.json'), JSON.stringify(config))
  return home
}

/** For what `fetch` does not let through, such as another Host. */
function answerTo(daemon: TestDaemon, path: string, options: RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(`${daemon.url}${path}`, options, (response) => resolve(answerOf(response)))
      .on('error', reject)
      .end()
  })
}

/** The answer to a head whose end never comes, up to the end of the connection. */
async function answerToUnfinished(daemon: TestDaemon, head: string): Promise<Answer> {
  const { hostname, port } = new URL(daemon.url)
  const socket = connect(Number(port), hostname)
  socket.write(head)
  const [lines, body] = (await text(socket)).split('\r\n\r\n') as [string, string]
  const [statusLine, ...fields] = lines.split('\r\n')
  const headers = fields.map((field) => field.split(': ') as [string, string])
  return {
    status: Number(statusLine?.split(' ')[1]),
    headers: new Headers(headers),
    body: JSON.parse(body),
  }
}

async function answerOf(response: IncomingMessage): Promise<Answer> {
  const headers = new Headers(
    Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
  )
  return { status: response.statusCode!, headers, body: await json(response) }
}
