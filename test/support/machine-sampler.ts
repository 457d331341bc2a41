import { writeFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'

/** Each slot of this length has its samples, in milliseconds. */
export const SLOT_MS = 100
/** A minute is kept. */
export const SLOTS = 600
/** A timer that is late by this, or a program that takes this long to start, doubles a limit. */
export const DOUBLING_MS = 50
/** An idle machine starts the smallest program in less. */
const IDLE_SPAWN_MS = 8
/**
 * Work that is timed on a core twice a second, in milliseconds. A queue for the cores shows only
 * when there is some.
 */
export const WORK_MS = 6
/** Per slot: its number, the worst factor, and the sum and number of samples of the queue. */
export const FIELDS = 4
/** The place of the time at which the next sample is due, behind the slots. */
export const DUE = FIELDS * SLOTS

const SAMPLER = `
const { samples, path } = require('node:worker_threads').workerData
const { spawn } = require('node:child_process')
const { openSync, readFileSync, writeSync } = require('node:fs')
const { availableParallelism } = require('node:os')
const [SLOT_MS, SLOTS, FIELDS, IDLE_SPAWN_MS, DOUBLING_MS, WORK_MS] =
  [${SLOT_MS}, ${SLOTS}, ${FIELDS}, ${IDLE_SPAWN_MS}, ${DOUBLING_MS}, ${WORK_MS}]
const DUE = FIELDS * SLOTS
const CORES = availableParallelism()
const now = () => Number(process.hrtime.bigint() / 1000n) / 1000
// Other processes read the file.
const file = path === undefined ? undefined : openSync(path, 'r+')
const publish = (at, length) => {
  if (file !== undefined)
    writeSync(file, new Uint8Array(samples.buffer, 8 * at, 8 * length), 0, 8 * length, 8 * at)
}
const slotNow = () => {
  const slot = Math.floor(now() / SLOT_MS)
  const at = FIELDS * (slot % SLOTS)
  if (samples[at] !== slot) { samples.set([slot, 1, 0, 0], at) }
  return at
}
const note = (factor) => {
  const at = slotNow()
  samples[at + 1] = Math.max(samples[at + 1], factor)
  publish(at, FIELDS)
}
// How many tasks are on a core or wait for one, this one not counted (Linux).
const queue = () => {
  try {
    const at = slotNow()
    samples[at + 2] += (parseInt(readFileSync('/proc/loadavg', 'utf8').split(' ')[3]) - 1) / CORES
    samples[at + 3]++
    publish(at, FIELDS)
  } catch {}
}
const late = (ms) => note(1 + ms / DOUBLING_MS)
const tick = (due) => {
  late(now() - due)
  queue()
  samples[DUE] = now() + 20
  publish(DUE, 1)
  setTimeout(tick, 20, now() + 20)
}
const start = () => {
  const at = now()
  spawn('true', { stdio: 'ignore' }).on('error', () => {}).on('exit', () => {
    late(Math.max(0, now() - at - IDLE_SPAWN_MS))
    setTimeout(start, 1_000)
  })
}
// Time on a core, and time waiting for one: /proc/thread-self/schedstat, in ns (Linux).
const scheduled = () => readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ').map(Number)
const work = () => {
  try {
    const [ranBefore, waitedBefore] = scheduled()
    const end = now() + WORK_MS
    while (now() < end);
    const [ran, waited] = scheduled()
    note((ran - ranBefore + waited - waitedBefore) / Math.max(1, ran - ranBefore))
  } catch {
    return
  }
  setTimeout(work, 500)
}
tick(now())
if (process.platform !== 'win32') start()
work()
`

/** Samples that are being taken. */
export interface Sampling {
  /** The slots, and behind them `DUE`. */
  samples: Float64Array
  /** Ends it; resolves when the file is closed. */
  stop(): Promise<void>
}

/**
 * Samples how late a timer fires, how long the smallest program takes to start, and how long work
 * waits for a core, in a thread of its own that does not keep the process alive. With `path` the
 * samples are in that file, too, for other processes.
 */
export function startSampling(path?: string): Sampling {
  const samples = new Float64Array(new SharedArrayBuffer(8 * (DUE + 1)))
  samples[DUE] = sampledAt()
  if (path !== undefined) writeFileSync(path, new Uint8Array(samples.buffer))
  const worker = new Worker(SAMPLER, { eval: true, workerData: { samples, path } })
  worker.unref()
  return { samples, stop: async () => void (await worker.terminate()) }
}

/** Milliseconds of a clock that all threads and processes share. */
export function sampledAt(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000
}
