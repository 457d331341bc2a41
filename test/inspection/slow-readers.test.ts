import assert from 'node:assert/strict'
import { pino } from 'pino'
import { createAccess } from '../../src/access/access.ts'
import { newToken } from '../../src/access/secrets.ts'
import { type HttpServer, startHttp } from '../../src/http/server.ts'
import { configurationWith, HOME_TOKEN } from '../http/support/daemon.ts'
import { openInspection } from '../http/support/inspection-socket.ts'
import { NO_AUDIT } from '../http/support/stub-audit.ts'
import { StubBundles } from '../http/support/stub-bundles.ts'
import { StubCompositions } from '../http/support/stub-compositions.ts'
import { NO_VERIFICATIONS } from '../http/support/stub-verifications.ts'
import { RecorderBench } from '../support/recorder-bench.ts'
import { suite } from '../support/suite.ts'

const READERS = 10
/** Values that take long to read, as many as a recording has room for. */
const LARGE_TAGS = Object.fromEntries(
  Array.from({ length: 60 }, (_, i) => [`key${i}`, 'x'.repeat(4_000)]),
)
const ROUNDS = 12

suite('slow readers of the inspection feed', (test) => {
  let bench: RecorderBench
  let server: HttpServer
  test.before(async () => {
    bench = await RecorderBench.create()
    const { recorder } = bench
    server = await startHttp({
      audit: NO_AUDIT,
      recorder,
      compositions: new StubCompositions(),
      verifications: NO_VERIFICATIONS,
      bundles: new StubBundles(),
      access: createAccess({ homeToken: HOME_TOKEN, tokens: () => recorder.log.tokens() }),
      port: 0,
      version: '1.2.3',
      user: 'tester',
      configuration: configurationWith({}),
      logger: pino({ level: 'silent' }),
      isRunning: () => true,
    })
  })
  test.after(async () => {
    await server.close()
    await bench.dispose()
  })

  async function anotherToken(): Promise<string> {
    const { id, secret, sha256 } = newToken()
    const data = { id, name: 'reader', scopes: ['audit'], sha256 }
    const by = { side: 'api', client: 'home', user: 'tester' } as const
    await bench.recorder.appendTokenEvent('token.created', data, by)
    return secret
  }

  /** Records, and writes large tags meanwhile. Returns how long each pause took, sorted. */
  async function record(): Promise<number[]> {
    const pauses: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      await bench.command('api', 'recording.start')
      for (let i = 0; i < 4; i++) {
        await bench.command('api', 'recording.tag', { tags: LARGE_TAGS })
        const begun = performance.now()
        await bench.command('api', 'track.pause')
        pauses.push(performance.now() - begun)
        await bench.command('api', 'track.resume')
      }
      await bench.command('api', 'track.stop')
    }
    return pauses.sort((a, b) => a - b)
  }

  const usedBytes = (): number => {
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }

  test('do not delay a pause, and are cut off before they take memory', async () => {
    const alone = await record()
    const token = await anotherToken()
    const readers = await Promise.all(
      Array.from({ length: READERS }, (_, i) =>
        openInspection(server, { query: '?tags=1', ...(i < READERS / 2 ? {} : { token }) }),
      ),
    )
    for (const { socket } of readers) socket.pause()
    const before = usedBytes()
    const watched = await record()
    const grownBytes = usedBytes() - before
    const median = (sorted: number[]): number => sorted[sorted.length >> 1] as number
    assert.ok(
      median(watched) < 2 * median(alone) + 20,
      `a pause took ${median(watched)} ms, and ${median(alone)} ms without readers`,
    )
    // Each may leave a megabyte unread; all that was sent is several times that.
    assert.ok(grownBytes < 100e6, `${grownBytes} bytes more`)
    for (const { socket } of readers) socket.resume()
    for (const { closed } of readers) {
      const [code] = await closed
      assert.ok(code === 1013 || code === 1006, `closed with ${code}`)
    }
  })
})
