/**
 * Simulates a long day of the daemon in minutes: recordings one after the other, each paused,
 * resumed and tagged many times, while a client reads the event stream with levels. Sound comes at
 * the speed of real devices, but pauses, tags, segments and recordings follow without breaks.
 * F2F_MEMORY_CYCLES sets the number of pauses (default 600).
 */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDaemon, type TestDaemon } from '../test/support/daemon.ts'
import { eventually, suite } from '../test/support/suite.ts'
import { assertFlat, LIMIT_MS, notLinux, SAMPLES } from './support/eight-hours.ts'
import { anonymousMbOf, type MemorySample } from './support/memory.ts'

const CYCLES = Number(process.env.F2F_MEMORY_CYCLES ?? 600)
const PROBE = new URL('./support/memory-probe.mjs', import.meta.url).href
/** Growth that is allowed; a growing log and the caches of LevelDB take their share of it. */
const MAX_GROWTH = { usedMb: 1.5, anonymousMb: 10 }

suite('memory of the daemon', (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'f2f-memory-'))
  const probeFile = join(folder, 'memory')
  const listening = new AbortController()
  let daemon: TestDaemon
  test.after(async () => {
    listening.abort()
    await daemon?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  async function post(path: string, body: unknown): Promise<string> {
    const answer = await daemon.api('POST', path, body)
    assert.ok(answer.status < 300, `${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body.id
  }

  const probeLines = (): string[] =>
    existsSync(probeFile) ? readFileSync(probeFile, 'utf8').split('\n').slice(0, -1) : []

  async function memory(): Promise<MemorySample> {
    const before = probeLines().length
    daemon.kill('SIGUSR2')
    const bytes = await eventually('the daemon reports its memory', () => probeLines()[before])
    return { usedMb: Number(bytes) / 1e6, anonymousMb: anonymousMbOf(daemon.pid) }
  }

  test.unless(
    notLinux,
    'a long day of pauses, tags and recordings does not make the daemon grow',
    async () => {
      daemon = await startDaemon({
        home: join(folder, 'home'),
        env: { NODE_OPTIONS: `--import=${PROBE}`, F2F_MEMORY_PROBE: probeFile },
      })
      const received = await readEvents(daemon, listening.signal)
      const samples: MemorySample[] = []
      const pausesEach = Math.ceil(CYCLES / SAMPLES)
      for (let recording = 0; recording < SAMPLES; recording++) {
        const id = await post('/recordings', {
          media: ['audio'],
          tags: { customer: `customer ${recording}` },
        })
        for (let pause = 0; pause < pausesEach; pause++) {
          await post(`/recordings/${id}/pause`, { media: ['mic'] })
          await post(`/recordings/${id}/tags`, {
            tags: { step: `step ${pause}`, [`note${pause}`]: 'x'.repeat(200) },
          })
          await post(`/recordings/${id}/resume`, { media: ['mic'] })
        }
        await post(`/recordings/${id}/stop`, {})
        await post(`/recordings/${id}/close`, {})
        samples.push(await memory())
      }
      const last = (await daemon.api('GET', `/recordings?limit=1`)).body.items[0].id
      const { items } = (await daemon.api('GET', `/recordings/${last}/events?limit=1000`)).body
      const { position } = items.at(-1)
      await eventually('the client has received all events', () => received.position >= position)
      console.log(
        `${SAMPLES * pausesEach} pauses; the client received ${position} events and ${received.levels} levels`,
      )
      assert.ok(received.levels > CYCLES, `only ${received.levels} levels`)
      assertFlat('the daemon', samples, MAX_GROWTH)
    },
    { limitMs: LIMIT_MS },
  )
})

/** Reads the event stream from now on. Updates the last position and the number of levels. */
async function readEvents(
  daemon: TestDaemon,
  signal: AbortSignal,
): Promise<{ position: number; levels: number }> {
  const received = { position: 0, levels: 0 }
  const headers = { Authorization: `Bearer ${daemon.token}` }
  const response = await fetch(`${daemon.url}/v1/events?levels=1`, { headers, signal })
  const read = async (): Promise<void> => {
    let rest = ''
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop()!
      for (const line of lines) {
        if (line.startsWith('id: ')) received.position = Number(line.slice(4))
        if (line === 'event: level') received.levels++
      }
    }
  }
  void read().catch(() => {})
  return received
}
