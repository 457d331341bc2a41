import assert from 'node:assert/strict'
import { Worker } from 'node:worker_threads'

/**
 * Measures what the machine itself costs while tests run, so that a promised time is asserted with
 * that taken out. A thread of its own samples how late a timer fires, how long the smallest program
 * takes to start, and how long work waits for a core. A product that blocks its own loop does not
 * excuse itself by this.
 */

const SLOT_MS = 100
/** A minute is kept. */
const SLOTS = 600
/** A timer that is late by this, or a program that takes this long to start, doubles a limit. */
const DOUBLING_MS = 50
/** An idle machine starts the smallest program in less. */
const IDLE_SPAWN_MS = 8
/**
 * Work that is timed on a core twice a second. A queue for the cores shows only when there is some.
 * All test files that run do it, so it is short.
 */
const WORK_MS = 6
/** No machine excuses more. */
const MOST = 8

/** Per slot: its number, the worst factor, and the sum and number of samples of the queue. */
const FIELDS = 4
/** The slots; last, when the next sample is due. */
const samples = new Float64Array(new SharedArrayBuffer(8 * (FIELDS * SLOTS + 1)))

const SAMPLER = `
const { workerData: samples } = require('node:worker_threads')
const { spawn } = require('node:child_process')
const { readFileSync } = require('node:fs')
const { availableParallelism } = require('node:os')
const [SLOT_MS, SLOTS, FIELDS, IDLE_SPAWN_MS, DOUBLING_MS, WORK_MS] =
  [${SLOT_MS}, ${SLOTS}, ${FIELDS}, ${IDLE_SPAWN_MS}, ${DOUBLING_MS}, ${WORK_MS}]
const CORES = availableParallelism()
const now = () => Number(process.hrtime.bigint() / 1000n) / 1000
const slotNow = () => {
  const slot = Math.floor(now() / SLOT_MS)
  const at = FIELDS * (slot % SLOTS)
  if (samples[at] !== slot) { samples.set([slot, 1, 0, 0], at) }
  return at
}
const note = (factor) => {
  const at = slotNow()
  samples[at + 1] = Math.max(samples[at + 1], factor)
}
// How many tasks are on a core or wait for one, this one not counted (Linux).
const queue = () => {
  try {
    const at = slotNow()
    samples[at + 2] += (parseInt(readFileSync('/proc/loadavg', 'utf8').split(' ')[3]) - 1) / CORES
    samples[at + 3]++
  } catch {}
}
const late = (ms) => note(1 + ms / DOUBLING_MS)
const tick = (due) => {
  late(now() - due)
  queue()
  samples[FIELDS * SLOTS] = now() + 20
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

let sampler: Worker | undefined

function sampling(): void {
  if (sampler) return
  samples[FIELDS * SLOTS] = now()
  sampler = new Worker(SAMPLER, { eval: true, workerData: samples })
  sampler.unref()
}

/** Milliseconds of a clock that all threads share. */
function now(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000
}

/**
 * How many times slower than an idle machine this one was in the last `pastMs`: 1 (idle) to 8.
 */
export function slowness(pastMs: number): number {
  sampling()
  const newest = Math.floor(now() / SLOT_MS)
  const oldest = newest - Math.ceil(pastMs / SLOT_MS)
  // A sampler that does not get its turn is the strongest sign of all.
  let worst = 1 + Math.max(0, now() - (samples[FIELDS * SLOTS] ?? 0) - WORK_MS) / DOUBLING_MS
  let queued = 0
  let count = 0
  for (let slot = Math.max(oldest, newest - SLOTS + 1); slot <= newest; slot++) {
    const at = FIELDS * (slot % SLOTS)
    if (samples[at] !== slot) continue
    worst = Math.max(worst, samples[at + 1] ?? 0)
    queued += samples[at + 2] ?? 0
    count += samples[at + 3] ?? 0
  }
  // Short work gets its turn at once also on a busy machine; a chain of programs does not.
  return Math.min(MOST, Math.max(worst, count > 0 ? queued / count : 0))
}

/**
 * Calls `giveUp` after `limitMs`, or later on a machine that is slower than an idle one, by at most
 * the factor `most`. Returns a function that cancels this.
 */
export function afterLimit(limitMs: number, giveUp: () => void, most = MOST): () => void {
  const begun = performance.now()
  let timer = setTimeout(check, limitMs)
  function check(): void {
    const leftMs = limitMs * Math.min(most, slowness(limitMs)) - (performance.now() - begun)
    if (leftMs > 0) timer = setTimeout(check, leftMs)
    else giveUp()
  }
  return () => clearTimeout(timer)
}

/** Asserts that something took no longer than promised, with the machine's own cost taken out. */
export function assertWithin(tookMs: number, promisedMs: number, what: string): void {
  const factor = slowness(Math.max(tookMs, promisedMs) + 1_000)
  assert.ok(
    tookMs <= promisedMs * factor,
    `${what}: ${Math.round(tookMs)} ms, promised ${promisedMs} ms (machine ${factor.toFixed(1)} × slower than idle)`,
  )
}

sampling()
