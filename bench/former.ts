/**
 * Compares durable tags of this daemon with those of a former one: a checkout of it, built, in the
 * folder that `F2F_BENCH_FORMER` names. Rounds alternate, and count CPU time.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Daemon, startDaemon } from '../lab/daemon.ts'
import { type LoadClient, startLoadClient } from './load-client.ts'
import type { Pace } from './pace.ts'
import { ownCpuMs } from './processes.ts'
import { median } from './statistics.ts'
import { compared, type Findings } from './table.ts'

/** Gives Node's compiler time. */
const WARM_UP_MS = 2_000
const TAG = '{"tags":{"customer":"4711"}}'
/** The rate must be at least this much of that of the former daemon. */
const AIM = { of: 'ratio', atLeast: 0.9 } as const

/** The measured daemons, and how the CPU time of a request of theirs is noted. */
interface Pair {
  client: LoadClient
  now: Daemon
  former: Daemon
}

/** Measures tags with and without an answer that is kept, at 1 and 64 connections. */
export async function benchFormer(pace: Pace): Promise<Findings> {
  const folder = process.env.F2F_BENCH_FORMER
  if (folder === undefined)
    return { rows: [], remarks: ['tags against a former build: not measured, F2F_BENCH_FORMER'] }
  const client = startLoadClient()
  const daemons: Daemon[] = []
  try {
    daemons.push(await startDaemon())
    daemons.push(await startDaemon({ program: join(folder, 'dist', 'cli', 'f2f.cjs') }))
    const [now, former] = daemons as [Daemon, Daemon]
    const findings: Findings = { rows: [], remarks: [] }
    for (const isKept of [false, true])
      for (const connections of [1, 64])
        await addRow(findings, { client, now, former }, { isKept, connections, pace })
    return findings
  } finally {
    await client.stop()
    for (const daemon of daemons) {
      await daemon.stop()
      await rm(daemon.home, { recursive: true, force: true })
    }
  }
}

async function addRow(
  { rows, remarks }: Findings,
  { client, now, former }: Pair,
  { isKept, connections, pace }: { isKept: boolean; connections: number; pace: Pace },
): Promise<void> {
  const rounds = { now: [] as number[], former: [] as number[] }
  for (const daemon of [former, now]) await run(daemon, 64, WARM_UP_MS)
  for (let round = 0; round < pace.httpRounds; round++) {
    rounds.former.push(await run(former, connections, pace.httpRoundMs))
    rounds.now.push(await run(now, connections, pace.httpRoundMs))
  }
  const kept = isKept ? 'durable tag with a kept answer' : 'durable tag'
  const what = `${kept}, ${connections} at a time, against a former build`
  rows.push(compared(what, 'requests/CPU s', rounds.now, rounds.former, AIM))
  const ratios = rounds.now.map((rate, round) => (rate / rounds.former[round]!).toFixed(2))
  remarks.push(`${what}: ${ratios.join(', ')}; median ${median(rounds.now).toFixed(0)} a CPU s`)

  /** Resolves with the requests that the daemon answered in a second of its CPU time. */
  async function run(daemon: Daemon, at: number, ms: number): Promise<number> {
    await renewRecording(daemon)
    const port = Number(new URL(daemon.url).port)
    const before = ownCpuMs(daemon.pid)
    const request = requestText(daemon, isKept)
    const { requests } = await client.run({ port, request, connections: at, ms })
    return (requests * 1_000) / (ownCpuMs(daemon.pid) - before)
  }
}

/** Opens another recording, and pauses it: one has room for some seconds of tags. */
async function renewRecording(daemon: Daemon): Promise<void> {
  await daemon.api('POST', '/recordings/current/stop', {})
  const started = await daemon.api('POST', '/recordings', { media: ['mic'] })
  const paused = await daemon.api('POST', '/recordings/current/pause', {})
  if (started.status !== 201 || paused.status !== 200)
    throw new Error('A recording for the tags did not start and pause.')
}

function requestText(daemon: Daemon, isKept: boolean): string {
  const head = [
    'POST /v1/recordings/current/tags HTTP/1.1',
    `Host: ${new URL(daemon.url).host}`,
    `Authorization: Bearer ${daemon.token}`,
    'Content-Type: application/json',
    `Content-Length: ${TAG.length}`,
    ...(isKept ? ['Idempotency-Key: bench-{unique}'] : []),
  ]
  return `${head.join('\r\n')}\r\n\r\n${TAG}`
}
