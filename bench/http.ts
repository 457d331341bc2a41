/**
 * Compares reads and durable tags of the real daemon with a bare Koa that answers a constant of the
 * same size. Each runs in a process of its own, and a third process sends the load. Rounds
 * alternate.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Daemon, startDaemon } from '../lab/daemon.ts'
import type { LoadJob, LoadResult } from './load.ts'
import { type LoadClient, startLoadClient } from './load-client.ts'
import type { Pace } from './pace.ts'
import { ownCpuMs } from './processes.ts'
import { median } from './statistics.ts'
import { compared, type Findings, type Row } from './table.ts'

/** Gives Node's compiler time: the bench measures a daemon that has run for a while. */
const WARM_UP_MS = 3_000
const BARE_KOA = fileURLToPath(new URL('./bare-koa.mjs', import.meta.url))

/** A kind of request, and the bare servers to compare it with. */
interface Comparison {
  what: string
  text: string
  bare: { name: string; durable: boolean; atLeast?: number }[]
}

/** Measures requests a second, at 1 and 64 connections. */
export async function benchHttp(pace: Pace): Promise<Findings> {
  const daemon = await startDaemon()
  const client = startLoadClient()
  const folder = await mkdtemp(join(tmpdir(), 'f2f-bench-http-'))
  try {
    const comparisons: Comparison[] = [
      {
        what: 'read the current recording',
        text: requestText(daemon, 'GET', '/v1/recordings/current'),
        bare: [{ name: 'Koa', durable: false, atLeast: 0.8 }],
      },
      {
        what: 'durable tag',
        text: requestText(
          daemon,
          'POST',
          '/v1/recordings/current/tags',
          '{"tags":{"customer":"4711"}}',
        ),
        bare: [
          { name: 'Koa', durable: false, atLeast: 0.5 },
          { name: 'Koa with a synced put', durable: true, atLeast: 1.2 },
        ],
      },
    ]
    const findings: Findings = { rows: [], remarks: [] }
    for (const { what, text, bare } of comparisons) {
      await renewRecording(daemon)
      const bytes = await answerBytes(daemon, text)
      for (const { name, durable, atLeast } of bare) {
        const server = await startBareKoa(bytes, durable ? join(folder, 'bare') : undefined)
        try {
          for (const connections of [1, 64]) {
            const rounds = await compare(client, { daemon, bare: server, text, connections, pace })
            const row = `${what}, ${connections} connection${connections === 1 ? '' : 's'}, against ${name}`
            findings.rows.push(rowOf(row, rounds, atLeast), cpuRowOf(row, rounds))
            findings.remarks.push(remarkOf(row, bytes, rounds))
          }
        } finally {
          server.child.kill()
          await once(server.child, 'exit')
        }
      }
    }
    return findings
  } finally {
    await client.stop()
    await daemon.stop()
    for (const path of [daemon.home, folder]) await rm(path, { recursive: true, force: true })
  }
}

/**
 * Starts a recording with all three tracks and pauses all but the microphone: encoding a picture
 * would take a core from both servers.
 */
async function openRecording(daemon: Daemon): Promise<void> {
  const tags = { customer: '4711', account: 'DE02120300000000202051', branch: 12 }
  const started = await daemon.api('POST', '/recordings', { tags })
  const paused = await daemon.api('POST', '/recordings/current/pause', {
    media: ['speaker', 'screen'],
  })
  if (started.status !== 201 || paused.status !== 200)
    throw new Error('the recording for the HTTP bench did not start')
}

/** Ends the recording and opens another: one has room for some seconds of the bench's tags. */
async function renewRecording(daemon: Daemon): Promise<void> {
  await daemon.api('POST', '/recordings/current/stop', {})
  await openRecording(daemon)
}

function requestText(daemon: Daemon, method: string, path: string, body = ''): string {
  const head = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${new URL(daemon.url).host}`,
    `Authorization: Bearer ${daemon.token}`,
    ...(body
      ? ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]
      : []),
  ]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}

/** Size of the daemon's answer to a request. */
async function answerBytes(daemon: Daemon, text: string): Promise<number> {
  const [method, path] = text.split(' ', 2) as [string, string]
  const body = text.slice(text.indexOf('\r\n\r\n') + 4)
  const answer = await daemon.api(method, path.slice('/v1'.length), body || undefined)
  return Buffer.byteLength(JSON.stringify(answer.body))
}

interface BareKoa {
  child: ChildProcess
  port: number
}

async function startBareKoa(bytes: number, folder?: string): Promise<BareKoa> {
  const args = [BARE_KOA, String(bytes), ...(folder === undefined ? [] : [folder])]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, port: Number(port.toString()) }
}

/**
 * A round of one server. `cpuUs` is the CPU time of the server process for each request; other
 * programs do not change it.
 */
type Measured = LoadResult & { cpuUs: number }

interface Round {
  ours: Measured
  bare: Measured
}

async function compare(
  client: LoadClient,
  setup: { daemon: Daemon; bare: BareKoa; text: string; connections: number; pace: Pace },
): Promise<Round[]> {
  const { daemon, bare, text, connections, pace } = setup
  const job = { request: text, connections, ms: pace.httpRoundMs }
  const ours = { ...job, port: Number(new URL(daemon.url).port) }
  const theirs = { ...job, port: bare.port }
  const rounds: Round[] = []
  await renewRecording(daemon)
  for (const target of [theirs, ours])
    await client.run({ ...target, connections: 64, ms: WARM_UP_MS })
  for (let round = 0; round < pace.httpRounds; round++) {
    await renewRecording(daemon)
    const bareResult = await measure(client, theirs, bare.child.pid!)
    rounds.push({ ours: await measure(client, ours, daemon.pid), bare: bareResult })
  }
  return rounds
}

async function measure(client: LoadClient, job: LoadJob, pid: number): Promise<Measured> {
  const before = ownCpuMs(pid)
  const result = await client.run(job)
  return { ...result, cpuUs: ((ownCpuMs(pid) - before) * 1_000) / result.requests }
}

function rowOf(what: string, rounds: Round[], atLeast: number | undefined): Row {
  return {
    what,
    unit: 'requests/s',
    ours: median(rounds.map(({ ours }) => ours.perSecond)),
    other: median(rounds.map(({ bare }) => bare.perSecond)),
    ratio: median(rounds.map(({ ours, bare }) => ours.perSecond / bare.perSecond)),
    aim: atLeast === undefined ? null : { of: 'ratio', atLeast },
  }
}

/** The same by CPU time, which other programs change little. */
function cpuRowOf(what: string, rounds: Round[]): Row {
  const [ours, bare] = [rounds.map((round) => round.ours), rounds.map((round) => round.bare)].map(
    (results) => results.map(({ cpuUs }) => 1e6 / cpuUs),
  ) as [number[], number[]]
  return compared(`${what}, by CPU time`, 'requests/CPU s', ours, bare)
}

function remarkOf(what: string, bytes: number, rounds: Round[]): string {
  const of = (pick: (result: Measured) => number, digits = 0): string =>
    `${median(rounds.map(({ ours }) => pick(ours))).toFixed(digits)} / ${median(rounds.map(({ bare }) => pick(bare))).toFixed(digits)}`
  return [
    `${what}: answers of ${bytes} bytes`,
    `server CPU ${of(({ cpuUs }) => cpuUs)} µs a request (f2f / bare)`,
    `p50 ${of(({ p50Ms }) => p50Ms, 2)} ms`,
    `p99 ${of(({ p99Ms }) => p99Ms, 2)} ms`,
    `the client took ${of(({ clientCores }) => clientCores, 2)} core`,
  ].join(', ')
}
