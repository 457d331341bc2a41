/**
 * Sends random requests made from openapi.json, half of the commands such as the present state
 * allows. Every answer must be one that the document describes, and the recorder must be well after
 * it.
 */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { assertLogIsWhole } from '../test/e2e/support/aftermath.ts'
import { wholeLog } from '../test/e2e/support/history.ts'
import { assertFilesAreAsLogged } from '../test/e2e/support/media-check.ts'
import { Random } from '../test/e2e/support/random.ts'
import { startDaemon, type TestDaemon } from '../test/support/daemon.ts'
import { suite } from '../test/support/suite.ts'
import {
  type GeneratedRequest,
  type Operation,
  RequestGenerator,
} from './support/request-generator.ts'

const REQUESTS = Number(process.env.F2F_FUZZ_REQUESTS ?? 100_000)
const SEED = Number(process.env.F2F_FUZZ_SEED ?? Date.now() % 1_000_000_000)
const CLIENTS = 8
/** Requests for one that starts real captures, which take most of a second. */
const REQUESTS_PER_START = 200

/**
 * The commands on a recording, by the last part of their path, as `allowedCommands` names them.
 */
const COMMANDS: Record<string, string> = {
  startMedia: '/start',
  stop: '/stop',
  pause: '/pause',
  resume: '/resume',
  tag: '/tags',
  close: '/close',
}

suite('random requests', (test) => {
  test(
    `${REQUESTS} of them get only answers that openapi.json describes`,
    async () => {
      const daemon = await startDaemon()
      const { body: document } = await daemon.api('GET', '/openapi.json')
      const generator = new RequestGenerator(document, new Random(SEED))
      let sent = 0
      const statuses = new Map<number, number>()
      try {
        const client = async (random: Random): Promise<void> => {
          while (sent++ < REQUESTS) {
            const status = await ask(daemon, await next(daemon, generator, random, sent))
            statuses.set(status, (statuses.get(status) ?? 0) + 1)
          }
        }
        const clients = Array.from({ length: CLIENTS }, (_, i) => client(new Random(SEED + i)))
        await Promise.all(clients)
        await daemon.api('POST', '/recordings/current/stop')
        const end = await daemon.api('POST', '/tokens', { name: 'the-end', scopes: ['read'] })
        const isEnd = ({ data }: { data: unknown }) => (data as { id?: string }).id === end.body.id
        const events = await wholeLog(daemon, isEnd)
        assertLogIsWhole(events)
        await assertFilesAreAsLogged(daemon.home, events)
        assert.doesNotMatch(daemon.stderr(), /request failed/)
        console.log('answers:', Object.fromEntries(statuses))
        for (const status of [200, 201, 400, 404, 409])
          assert.ok(statuses.has(status), `no request was answered ${status}`)
      } catch (error) {
        console.error(`seed F2F_FUZZ_SEED=${SEED}, request ${sent}`)
        throw error
      } finally {
        await daemon.stop()
      }
      await rm(daemon.home, { recursive: true, force: true })
    },
    { limitMs: 10_000 + 40 * REQUESTS },
  )
})

async function next(
  daemon: TestDaemon,
  generator: RequestGenerator,
  random: Random,
  number: number,
): Promise<GeneratedRequest> {
  const { operations } = generator
  const find = (method: string, path: RegExp): Operation =>
    operations.find((operation) => operation.method === method && path.test(operation.path))!
  if (number % REQUESTS_PER_START === 0) {
    const start = generator.request(find('POST', /\/recordings$/), true)
    return { ...start, body: JSON.stringify({ wrapUpSeconds: random.between(0, 3) }) }
  }
  if (random.next() < 0.3) {
    const { body } = await daemon.api('GET', '/application')
    const allowed = (body.allowedCommands as string[]).filter((name) => COMMANDS[name])
    if (body.recording !== null && allowed.length > 0) {
      if (generator.ids.length < 200) generator.ids.push(body.recording.id)
      const name = allowed[random.between(0, allowed.length - 1)] as string
      const path = new RegExp(`\\}${COMMANDS[name]}$`)
      const request = generator.request(find('POST', path), true)
      return {
        ...request,
        target: request.target.replace(/\/recordings\/[^/]+\//, '/recordings/current/'),
      }
    }
  }
  const others = operations.filter(
    ({ method, path }) =>
      // The event stream does not end, and readiness opens devices for a second.
      !/\/(events|readiness)$/.test(path) && !(method === 'POST' && /\/recordings$/.test(path)),
  )
  const operation = others[random.between(0, others.length - 1)] as Operation
  return generator.request(operation, random.next() < 0.5)
}

/** Sends a request and returns the status of its answer, which openapi.json must describe. */
async function ask(daemon: TestDaemon, request: GeneratedRequest): Promise<number> {
  const { operation, target, headers, body } = request
  const response = await fetch(new URL(target, daemon.url), {
    method: operation.method,
    redirect: 'manual',
    headers: { Authorization: `Bearer ${daemon.token}`, ...headers },
    ...(body === undefined ? {} : { body }),
  })
  // An erasure breaks off the media that are being sent.
  const text = await response.text().catch(async (error) => {
    assert.ok(await isErased(daemon, target), `${operation.method} ${target}: ${error}`)
    return ''
  })
  const told = `${operation.method} ${target} ${body ?? ''}: ${response.status} ${text.slice(0, 500)}`
  const described = Object.keys(operation.description.responses)
  // A path with a value that is no segment of its route is another route.
  const isDescribed = described.includes(String(response.status)) || response.status === 404
  assert.ok(isDescribed, `not described: ${told}`)
  assert.notEqual(response.status, 500, told)
  if (response.status >= 400 && text !== '') assert.ok(JSON.parse(text).code, told)
  return response.status
}

/** Whether the recording that a request names was erased. */
async function isErased(daemon: TestDaemon, target: string): Promise<boolean> {
  const id = /\/recordings\/([^/?]+)/.exec(target)?.[1]
  const { body } = await daemon.api('GET', `/recordings/${id}`)
  return (body.erased ?? null) !== null
}
