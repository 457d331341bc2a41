/**
 * Reads and durable tags of the real daemon against a bare Koa that answers a constant of the same size: each in a
 * process of its own, load from a third, rounds in turns.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Daemon, startDaemon } from '../lab/daemon.ts'
import type { LoadJob, LoadResult } from './load.ts'
import { type LoadClient, startLoadClient } from './load-client.ts'
import type { Pace } from './pace.ts'
import { ownCpuMs } from './processes.ts'
import { median } from './statistics.ts'
import type { Findings, Row } from './table.ts'

const BARE_KOA = fileURLToPath(new URL('./bare-koa.mjs', import.meta.url))

/** Requests a second, at 1 and 64 connections. */
export async function benchHttp(pace: Pace): Promise<Findings> {
  const daemon = await startDaemon()
  const client = startLoadClient()
  try {
    await openRecording(daemon)
    const read = requestText(daemon, 'GET', '/v1/recordings/current')
    const tag = requestText(daemon, 'POST', '/v1/recordings/current/tags', '{"tags":{"customer":"4711"}}')
    const findings: Findings = { rows: [], remarks: [] }
    for (const [what, text, atLeast] of [
      ['read the current recording', read, 0.8],
      ['durable tag', tag, 0.5],
    ] as const) {
      const bytes = await answerBytes(daemon, text)
      const bare = await startBareKoa(bytes)
      try {
        for (const connections of [1, 64]) {
          const rounds = await compare(client, { daemon, bare, text, connections, pace })
          findings.rows.push(
            rowOf(`${what}, ${connections} connection${connections === 1 ? '' : 's'}`, rounds, atLeast),
          )
          findings.remarks.push(remarkOf(`${what}, ${connections}`, bytes, rounds))
        }
      } finally {
        bare.child.kill()
      }
    }
    return findings
  } finally {
    await client.stop()
    await daemon.stop()
    await rm(daemon.home, { recursive: true, force: true })
  }
}

/** A recording with all three tracks, of which only the microphone goes on: a picture being encoded would take a core from both servers. */
async function openRecording(daemon: Daemon): Promise<void> {
  const tags = { customer: '4711', account: 'DE02120300000000202051', branch: 12 }
  const started = await daemon.api('POST', '/recordings', { tags })
  const paused = await daemon.api('POST', '/recordings/current/pause', { media: ['speaker', 'screen'] })
  if (started.status !== 201 || paused.status !== 200) throw new Error('the recording for the HTTP bench did not start')
}

function requestText(daemon: Daemon, method: string, path: string, body = ''): string {
  const head = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${new URL(daemon.url).host}`,
    `Authorization: Bearer ${daemon.token}`,
    ...(body ? ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`] : []),
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

async function startBareKoa(bytes: number): Promise<BareKoa> {
  const child = spawn(process.execPath, [BARE_KOA, String(bytes)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, port: Number(port.toString()) }
}

/** A round of one server; `cpuUs`: CPU time of the server process for each request, which other programs do not change. */
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
  // The first round is for the compiler; it is not counted.
  for (let round = 0; round <= pace.httpRounds; round++) {
    const bareResult = await measure(client, theirs, bare.child.pid!)
    const oursResult = await measure(client, ours, daemon.pid)
    if (round > 0) rounds.push({ ours: oursResult, bare: bareResult })
  }
  return rounds
}

async function measure(client: LoadClient, job: LoadJob, pid: number): Promise<Measured> {
  const before = ownCpuMs(pid)
  const result = await client.run(job)
  return { ...result, cpuUs: ((ownCpuMs(pid) - before) * 1_000) / result.requests }
}

function rowOf(what: string, rounds: Round[], atLeast: number): Row {
  return {
    what,
    unit: 'requests/s',
    ours: median(rounds.map(({ ours }) => ours.perSecond)),
    bare: median(rounds.map(({ bare }) => bare.perSecond)),
    ratio: median(rounds.map(({ ours, bare }) => ours.perSecond / bare.perSecond)),
    aim: { of: 'ratio', atLeast },
  }
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
