/**
 * Sends eight hours of one medium through the real capture, from a generator instead of a device.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Capture, CaptureReport } from '../../src/actors/capture.ts'
import { createCapturePlatform } from '../../src/actors/capture-platform.ts'
import { createIdentity } from '../../src/age/identity.ts'
import type { Medium } from '../../src/contract/media.ts'
import { resolveQuality } from '../../src/contract/quality.ts'
import { createFfmpegLocator } from '../../src/ffmpeg/ffmpeg-locator.ts'
import type { RecorderClock } from '../../src/time/recorder-clock.ts'
import { describeSamples, growthOfLastThird, type MemorySample } from './memory.ts'

/** Length of the recording in ms. F2F_MEMORY_HOURS sets the hours (default 8). */
export const RECORDED_MS = Number(process.env.F2F_MEMORY_HOURS ?? 8) * 3_600_000
/** Number of memory samples. Fewer show no trend. */
export const SAMPLES = 30
/** Limit of one memory test; below the limit of the runner for a file. */
export const LIMIT_MS = 400_000
/** Growth that is allowed. 300 bytes kept of each of 288,000 pages would be 29 MB in a third. */
const MAX_GROWTH = { usedMb: 1, anonymousMb: 10 }

/** Why memory cannot be read here; null on Linux. */
export const notLinux = process.platform === 'linux' ? null : 'memory is read from /proc'

/** Path of the machine's ffmpeg. */
export async function realFfmpeg(): Promise<string> {
  return (await createFfmpegLocator({ env: process.env, inputs: [] }).ffmpeg()).path
}

/** Creates a clock that returns the given time and never jumps. */
export function createClock(now: () => number): RecorderClock {
  const ignore = (): void => {}
  const clock = { now, wallAheadMs: 0, check: ignore, adoptWallClock: ignore, notBefore: ignore }
  return { ...clock, onJump: () => ignore }
}

/** A running capture. */
export interface LongCapture {
  capture: Capture
  ended: Promise<Extract<CaptureReport, { type: 'capture.ended' }>>
}

/** Captures one segment through a stand-in for ffmpeg. `onReport` gets all reports but the end. */
export async function captureLong(
  medium: Medium,
  options: {
    ffmpegPath: string
    clock: RecorderClock
    folder: string
    onReport: (report: CaptureReport) => void
  },
): Promise<LongCapture> {
  const { ffmpegPath, clock, folder, onReport } = options
  const logger = { debug() {}, info() {}, warn: console.error, error: console.error }
  // Long limits, because this does not test a busy machine.
  const limits = { flow: 30_000, stall: 30_000, finish: 30_000 }
  const platform = createCapturePlatform({ source: 'synthetic', ffmpegPath, clock, logger, limits })
  const device = await platform.resolve(medium, undefined)
  let end: (report: Extract<CaptureReport, { type: 'capture.ended' }>) => void = () => {}
  const ended: LongCapture['ended'] = new Promise((resolve) => {
    end = resolve
  })
  const capture = platform.capture(medium, (report) => {
    if (report.type === 'capture.ended') end(report)
    else onReport(report)
  })
  const plan = {
    medium,
    number: 1,
    folder: join(folder, medium),
    device,
    quality: resolveQuality(),
    identity: createIdentity(),
  }
  capture.send({ type: 'capture.open', plan })
  return { capture, ended }
}

/** Prints evenly spaced samples, and fails when memory grew in the last third of them. */
export function assertFlat(
  what: string,
  samples: readonly MemorySample[],
  maxGrowth = MAX_GROWTH,
): void {
  const growth = growthOfLastThird(samples)
  const summary = `the least of the last third is ${growth.usedMb.toFixed(2)} MB used, ${growth.anonymousMb.toFixed(2)} MB anonymous memory above that of the second`
  console.log(`${what}: MB used/anonymous ${describeSamples(samples)}; ${summary}`)
  assert.ok(samples.length >= SAMPLES - 1, `only ${samples.length} samples`)
  assert.ok(
    growth.usedMb <= maxGrowth.usedMb && growth.anonymousMb <= maxGrowth.anonymousMb,
    summary,
  )
}
