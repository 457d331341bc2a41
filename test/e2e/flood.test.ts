import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import type { RecordingAnswer } from '../../src/contract/views.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { assertWithin } from '../support/machine.ts'
import { suite } from '../support/suite.ts'
import { assertAccounted } from './support/accounting.ts'
import { FLOOD_KINDS, type FloodKind, residentBytes, startFlood } from './support/flood.ts'
import { eventsOf } from './support/history.ts'
import { notLinux } from './support/observed-daemon.ts'

const PAUSE_LIMIT_MS = 500
const HEALTH_LIMIT_MS = 1_000
const MOST_GROWTH_BYTES = 120_000_000
/** `npm run test:long` tries every kind with 1, 4, 20 and 100 sockets, for longer. */
const isMatrix = process.env.F2F_FLOOD_MATRIX !== undefined
const PAUSES = isMatrix ? 30 : 10
const FLOODS: [readonly FloodKind[], number][] = isMatrix
  ? FLOOD_KINDS.flatMap((kind): [FloodKind[], number][] =>
      [1, 4, 20, 100].map((sockets) => [[kind], sockets]),
    )
  : [[FLOOD_KINDS, 100]]

function report(
  kinds: readonly FloodKind[],
  sockets: number,
  { pauses, health, growth }: { pauses: number[]; health: number[]; growth: number },
): void {
  const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!
  const show = (values: number[]): string =>
    `${Math.round(median(values))} ms, at most ${Math.round(Math.max(...values))} ms`
  console.log(
    `${kinds.join(', ')}, ${sockets} sockets: pause ${show(pauses)}; /healthz ${show(health)}; memory ${Math.round(growth / 1e6)} MB more`,
  )
}

suite('a flood without a credential', (test) => {
  let daemon: TestDaemon
  test.before(async () => {
    if (!notLinux) daemon = await startDaemon()
  })
  test.after(async () => {
    if (notLinux) return
    await daemon.stop()
    await rm(daemon.home, { recursive: true, force: true })
  })

  /** Sends a request and returns how long the answer took, in milliseconds. */
  async function timed(send: () => Promise<{ status: number }>): Promise<number> {
    const begun = performance.now()
    const { status } = await send()
    assert.equal(status, 200)
    return performance.now() - begun
  }

  for (const [kinds, sockets] of FLOODS) {
    const name = kinds.length === 1 ? kinds[0] : 'all kinds'
    test.unless(
      notLinux,
      `of ${sockets} sockets, ${name}, costs no media and delays no pause`,
      async () => {
        const start = await daemon.api('POST', '/recordings', {})
        assert.equal(start.status, 201, JSON.stringify(start.body))
        const { id } = start.body
        const before = residentBytes(daemon.pid)
        const flood = await startFlood(daemon, kinds, sockets)
        const pauses: number[] = []
        const health: number[] = []
        try {
          for (let i = 0; i < PAUSES; i++) {
            pauses.push(await timed(() => daemon.api('POST', '/recordings/current/pause')))
            health.push(await timed(() => fetch(`${daemon.url}/healthz`)))
            assert.equal((await daemon.api('POST', '/recordings/current/resume')).status, 200)
          }
        } finally {
          await flood.stop()
        }
        const growth = residentBytes(daemon.pid) - before
        const stop = await daemon.api('POST', '/recordings/current/stop')
        assert.equal(stop.status, 200)
        const recording: RecordingAnswer = stop.body
        assertAccounted(recording)
        for (const track of Object.values(recording.tracks))
          for (const gap of track.gaps) assert.match(gap.reason, /^(paused|notStarted|stopped)$/)
        const types = new Set((await eventsOf(daemon, id)).map(({ type }) => type))
        assert.ok(
          !types.has('track.recovering') && !types.has('track.failed'),
          [...types].join(' '),
        )
        assertWithin(Math.max(...pauses), PAUSE_LIMIT_MS, 'the slowest pause')
        assertWithin(Math.max(...health), HEALTH_LIMIT_MS, 'the slowest /healthz')
        assert.ok(growth < MOST_GROWTH_BYTES, `${Math.round(growth / 1e6)} MB more memory`)
        if (isMatrix) report(kinds, sockets, { pauses, health, growth })
        const close = await daemon.api('POST', `/recordings/${id}/close`)
        assert.equal(close.status, 200)
      },
    )
  }
})
