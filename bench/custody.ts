/**
 * Measures what ends and removes recordings: consent withdrawn beside a pause, the erasure of a
 * recording of many segments, and retention over many recordings, with the longest turns of the
 * daemon's event loop.
 */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Daemon, startDaemon } from '../lab/daemon.ts'
import { openHomeKeys, writeRecordingKeys } from '../lab/home-keys.ts'
import { markDisk } from '../lab/mark-disk.ts'
import { resolveHome } from '../src/home/home.ts'
import { openEventLog } from '../src/store/event-log.ts'
import { writeRecording } from '../test/store/support/corruption.ts'
import { at } from '../test/store/support/history.ts'
import type { Pace } from './pace.ts'
import { ownCpuMs } from './processes.ts'
import { command } from './stage.ts'
import { alone, compared, type Findings, type Row } from './table.ts'

const TURNS = new URL('./turns-hook.mjs', import.meta.url).href
const MS_PER_DAY = 24 * 60 * 60 * 1_000
const MS_PER_MINUTE = 60_000
const LOOK_MS = 2_000
const RECORDED_MS = 1_500
const SHORT_TURN = { of: 'ours', atMost: 20 } as const

/** The longest turns of an event loop: its CPU time, and with what other programs took. */
interface Turns {
  cpuMs: number
  wallMs: number
}

/** Measures consent, erasure and retention. */
export async function benchCustody(pace: Pace): Promise<Findings> {
  const all: Findings[] = []
  for (const part of [benchRetention, benchErasure, benchConsent]) {
    const findings = await part(pace)
    for (const { what, ours, other, ratio, unit } of findings.rows)
      console.error(`bench: ${what}: ${ours} / ${other} ${unit}, ratio ${ratio}`)
    all.push(findings)
  }
  return {
    rows: all.flatMap(({ rows }) => rows),
    remarks: all.flatMap(({ remarks }) => remarks),
  }
}

async function benchConsent({ consentRounds }: Pace): Promise<Findings> {
  return withDaemon({}, async (daemon) => {
    const ends = { consent: [] as number[], pause: [] as number[] }
    const answers = { consent: [] as number[], pause: [] as number[] }
    for (let round = 0; round < consentRounds; round++)
      for (const kind of ['pause', 'consent'] as const) {
        const { id } = await command(daemon, '/recordings')
        await wait(RECORDED_MS)
        const body = kind === 'pause' ? {} : { state: 'withdrawn', method: 'spoken' }
        const { sentAt, answeredMs } = await command(daemon, `/recordings/${id}/${kind}`, body)
        ends[kind].push((await lastByteAt(daemon, id)) - sentAt)
        answers[kind].push(answeredMs)
        if (kind === 'pause') await command(daemon, `/recordings/${id}/stop`)
        await command(daemon, `/recordings/${id}/close`)
      }
    const what = 'consent withdrawn, against a pause'
    return {
      rows: [
        compared(`${what}: to the last byte of media`, 'ms', ends.consent, ends.pause, {
          of: 'ratio',
          atMost: 1.1,
        }),
        compared(`${what}: to its answer`, 'ms', answers.consent, answers.pause),
      ],
      remarks: [],
    }
  })
}

/** When (epoch ms) a segment of a recording was written last. */
async function lastByteAt({ home }: Daemon, id: string): Promise<number> {
  const folder = join(home, 'recordings', id)
  const files = (await readdir(folder)).filter((name) => name.endsWith('.age'))
  const times = await Promise.all(
    files.map(async (name) => (await stat(join(folder, name))).mtimeMs),
  )
  return Math.max(...times)
}

async function benchErasure({ erasedSegments }: Pace): Promise<Findings> {
  return withDaemon({}, async (daemon, measureTurns) => {
    const { id } = await command(daemon, '/recordings')
    for (let segments = 3; segments < erasedSegments; segments += 3) {
      await command(daemon, `/recordings/${id}/pause`)
      await command(daemon, `/recordings/${id}/resume`)
    }
    await command(daemon, `/recordings/${id}/stop`)
    await command(daemon, `/recordings/${id}/close`)
    let ms = 0
    const turns = await measureTurns(async () => {
      const { answeredMs } = await command(daemon, `/recordings/${id}/erase`, { reason: 'bench' })
      ms = answeredMs
    })
    const what = `erasure of a recording of ${erasedSegments} segments`
    return { rows: [alone(what, 'ms', ms), turnRow(what, turns)], remarks: [remark(what, turns)] }
  })
}

/** Measures the list, and a run that erases the oldest of the recordings. */
async function benchRetention({
  retainedRecordings: count,
  dueRecordings,
}: Pace): Promise<Findings> {
  const age = Date.now() - Date.parse(at(0))
  const days = Math.floor(age / MS_PER_DAY) - 1
  const boundary = Math.floor((age - days * MS_PER_DAY) / MS_PER_MINUTE)
  const home = await mkdtemp(join(tmpdir(), 'f2f-bench-retention-'))
  await writeRecordings(home, boundary - dueRecordings, count)
  await writeFile(join(home, 'config.json'), JSON.stringify({ retention: { maxDays: days } }))
  return withDaemon({ home }, async (daemon, measureTurns) => {
    const cpu = ownCpuMs(daemon.pid)
    let due = 0
    let ms = 0
    const list = `retention of ${count} recordings: the list`
    const listTurns = await measureTurns(async () => {
      const started = performance.now()
      const { body } = await daemon.api('GET', '/retention?limit=1')
      ms = performance.now() - started
      due = body.due
    })
    const listCpu = ownCpuMs(daemon.pid) - cpu
    const run = `retention of ${count} recordings: a run that erases ${due}`
    let runMs = 0
    const runTurns = await measureTurns(async () => {
      const started = performance.now()
      const { status, body } = await daemon.api('POST', '/retention/confirm', {})
      if (status !== 200)
        throw new Error(`the clock could not be confirmed: ${JSON.stringify(body)}`)
      await untilErased(daemon)
      runMs = performance.now() - started
    })
    return {
      rows: [
        alone(list, 'ms', ms),
        turnRow(list, listTurns),
        alone(run, 'ms', runMs),
        turnRow(run, runTurns),
      ],
      remarks: [`${remark(list, listTurns)}, ${listCpu} ms of CPU`, remark(run, runTurns)],
    }
  })
}

async function writeRecordings(home: string, first: number, count: number): Promise<void> {
  const keys = await openHomeKeys(home)
  const ids = Array.from(
    { length: count },
    (_, i) => `recording-${String(first + i).padStart(4, '0')}`,
  )
  writeRecordingKeys(home, ids)
  const { logFolder: folder } = resolveHome(home)
  const log = await openEventLog({ keys, folder })
  for (let from = 0; from < count; from += 100)
    await Promise.all(
      Array.from({ length: Math.min(100, count - from) }, (_, i) =>
        writeRecording(log, first + from + i, 'closed'),
      ),
    )
  await log.close()
  await keys.close()
  markDisk(home)
}

/**
 * Resolves when all that was due by now is erased. What falls due meanwhile waits for the next run.
 * Each look costs a list, so they are few.
 */
async function untilErased(daemon: Daemon): Promise<void> {
  const now = new Date().toISOString()
  for (;;) {
    await wait(LOOK_MS)
    const { items } = (await daemon.api('GET', '/retention?limit=1')).body
    if (items.length === 0 || items[0].eraseAt > now) return
  }
}

type MeasureTurns = (run: () => Promise<void>) => Promise<Turns>

async function withDaemon<T>(
  { home }: { home?: string },
  use: (daemon: Daemon, measureTurns: MeasureTurns) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-bench-turns-'))
  const path = join(folder, 'turns.json')
  const env = { NODE_OPTIONS: `--import ${TURNS}`, F2F_BENCH_TURNS: path }
  const daemon = await startDaemon({ env, ...(home ? { home } : {}) })
  try {
    return await use(daemon, async (run) => {
      daemon.kill('SIGUSR2')
      // Two signals that are both pending are delivered as one.
      await taken(`${path}.began`)
      await run()
      daemon.kill('SIGUSR2')
      return JSON.parse(await taken(path)) as Turns
    })
  } finally {
    await daemon.stop()
    for (const one of [daemon.home, folder]) await rm(one, { recursive: true, force: true })
  }
}

/** Waits for a file, and removes it. Resolves with its text. */
async function taken(path: string): Promise<string> {
  for (;;) {
    const text = await readFile(path, 'utf8').catch(() => undefined)
    if (text === undefined) await wait(20)
    else {
      // Only what was read: a file that has come since must not be removed unread.
      await rm(path)
      return text
    }
  }
}

const turnRow = (what: string, { cpuMs }: Turns): Row =>
  alone(`${what}: CPU of the longest turn`, 'ms', cpuMs, SHORT_TURN)

const remark = (what: string, { cpuMs, wallMs }: Turns): string =>
  `${what}: the longest turn took ${cpuMs.toFixed(1)} ms of CPU, and ${wallMs.toFixed(1)} ms with what other programs took`
