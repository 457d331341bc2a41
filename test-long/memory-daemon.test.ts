/**
 * A long day of the daemon's in minutes: recordings one after the other, each paused and resumed
 * and tagged again and again, while a client reads the event stream with levels. Sound is generated
 * at the speed of real devices; what happens in hours (pauses, tags, segments, recordings) happens
 * all the time. F2F_MEMORY_CYCLES for others than 600 pauses.
 */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDaemon, type TestDaemon } from '../test/support/daemon.ts'
import { eventually, suite } from '../test/support/suite.ts'
import { assertFlat, LIMIT_MS, notLinux, SAMPLES } from './support/eight-hours.ts'
import { type MemorySample, pssMbOf } from './support/memory.ts'

const CYCLES = Number(process.env.F2F_MEMORY_CYCLES ?? 600)
const PROBE = new URL('./support/memory-probe.mjs', import.meta.url).href
/** LevelDB and its caches of a log that grows have their share of it. */
const MOST = { usedMb: 1.5, pssMb: 10 }

suite("the memory of a day of the daemon's", (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'f2f-memory-'))
  const probeFile = join(folder, 'memory')
  const listening = new AbortController()
  let daemon: TestDaemon
  test.after(async () => {
    listening.abort()
    await daemon?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  async function must(path: string, body: unknown): Promise<string> {
    const answer = await daemon.api('POST', path, body)
    assert.ok(answer.status < 300, `${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body.id
  }

  const probed = (): string[] =>
    existsSync(probeFile) ? readFileSync(probeFile, 'utf8').split('\n').slice(0, -1) : []

  async function memory(): Promise<MemorySample> {
    const before = probed().length
    daemon.kill('SIGUSR2')
    const bytes = await eventually('the daemon tells its memory', () => probed()[before])
    return { usedMb: Number(bytes) / 1e6, pssMb: pssMbOf(daemon.pid) }
  }

  test.unless(
    notLinux,
    'does not grow',
    async () => {
      daemon = await startDaemon({
        home: join(folder, 'home'),
        env: { NODE_OPTIONS: `--import=${PROBE}`, F2F_MEMORY_PROBE: probeFile },
      })
      const heard = await listen(daemon, listening.signal)
      const samples: MemorySample[] = []
      const pausesEach = Math.ceil(CYCLES / SAMPLES)
      for (let recording = 0; recording < SAMPLES; recording++) {
        const id = await must('/recordings', {
          media: ['audio'],
          tags: { customer: `customer ${recording}` },
        })
        for (let pause = 0; pause < pausesEach; pause++) {
          await must(`/recordings/${id}/pause`, { media: ['mic'] })
          await must(`/recordings/${id}/tags`, {
            tags: { step: `step ${pause}`, [`note${pause}`]: 'x'.repeat(200) },
          })
          await must(`/recordings/${id}/resume`, { media: ['mic'] })
        }
        await must(`/recordings/${id}/stop`, {})
        await must(`/recordings/${id}/close`, {})
        samples.push(await memory())
      }
      const last = (await daemon.api('GET', `/recordings?limit=1`)).body.items[0].id
      const { items } = (await daemon.api('GET', `/recordings/${last}/events?limit=1000`)).body
      const { position } = items.at(-1)
      await eventually('the client has heard everything', () => heard.position === position)
      console.log(
        `${SAMPLES * pausesEach} pauses; the client heard ${position} events and ${heard.levels} levels`,
      )
      assert.ok(heard.levels > CYCLES, `only ${heard.levels} levels`)
      assertFlat('the daemon', samples, MOST)
    },
    { limitMs: LIMIT_MS },
  )
})

/** Reads the event stream from now on: how far it has come, and how many levels it has had. */
async function listen(
  daemon: TestDaemon,
  signal: AbortSignal,
): Promise<{ position: number; levels: number }> {
  const heard = { position: 0, levels: 0 }
  const headers = { Authorization: `Bearer ${daemon.token}` }
  const response = await fetch(`${daemon.url}/v1/events?levels=1`, { headers, signal })
  const read = async (): Promise<void> => {
    let rest = ''
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop()!
      for (const line of lines) {
        if (line.startsWith('id: ')) heard.position = Number(line.slice(4))
        if (line === 'event: level') heard.levels++
      }
    }
  }
  void read().catch(() => {})
  return heard
}
