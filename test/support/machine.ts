import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import {
  DOUBLING_MS,
  DUE,
  FIELDS,
  SLOT_MS,
  SLOTS,
  sampledAt,
  startSampling,
  WORK_MS,
} from './machine-sampler.ts'

/**
 * Measures what the machine itself costs while tests run, so that a promised time is asserted with
 * that taken out. A thread of its own samples it: a product that blocks its own loop does not
 * excuse itself by this.
 */

/** No machine excuses more. */
const MOST = 8

// The runner samples for all files that it runs; a file that runs on its own samples for itself.
const path = process.env.F2F_TEST_MACHINE
const currentSamples = path === undefined ? ownSamples() : () => readSamples(path)

function ownSamples(): () => Float64Array {
  const { samples } = startSampling()
  return () => samples
}

function readSamples(file: string): Float64Array {
  const { buffer, byteOffset, length } = readFileSync(file)
  return new Float64Array(buffer.slice(byteOffset, byteOffset + length))
}

/**
 * How many times slower than an idle machine this one was in the last `pastMs`: 1 (idle) to 8.
 */
export function slowness(pastMs: number): number {
  const samples = currentSamples()
  const now = sampledAt()
  const newest = Math.floor(now / SLOT_MS)
  const oldest = newest - Math.ceil(pastMs / SLOT_MS)
  // A sampler that does not get its turn is the strongest sign of all.
  let worst = 1 + Math.max(0, now - (samples[DUE] ?? 0) - WORK_MS) / DOUBLING_MS
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
