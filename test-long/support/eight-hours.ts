/** Eight hours of one medium through the real captures, from a generator in place of a device. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Capture, CaptureReport } from '../../src/actors/capture.ts'
import { createCapturePlatform } from '../../src/actors/capture-platform.ts'
import type { Medium } from '../../src/contract/media.ts'
import { resolveQuality } from '../../src/contract/quality.ts'
import { createEncoder } from '../../src/ffmpeg/ffmpeg.ts'
import type { RecorderClock } from '../../src/time/recorder-clock.ts'
import { describeSamples, growthOfLastThird, type MemorySample } from './memory.ts'

/** How long the recording is to be, in ms; F2F_MEMORY_HOURS for others than 8 hours. */
export const RECORDED_MS = Number(process.env.F2F_MEMORY_HOURS ?? 8) * 3_600_000
/** Fewer tell nothing. */
export const SAMPLES = 30
/** What a test of this kind may take; below the limit of the runner for a file. */
export const LIMIT_MS = 400_000
/** 300 bytes kept of each of 288,000 pages of sound would be 29 MB in the last third alone. */
const MOST = { usedMb: 1, pssMb: 10 }

/** Null on Linux; elsewhere why memory cannot be read. */
export const notLinux = process.platform === 'linux' ? null : 'memory is read from /proc'

/** Path of the machine's ffmpeg. */
export async function realFfmpeg(): Promise<string> {
  return (await createEncoder({ env: process.env, inputs: [] }).ffmpeg()).path
}

/** A clock that tells what it is told, and that nobody sets. */
export function clockOf(now: () => number): RecorderClock {
  return { now, wallAheadMs: 0, check() {}, adoptWallClock() {}, onJump: () => () => {} }
}

/** A capture that runs. */
export interface LongCapture {
  capture: Capture
  ended: Promise<Extract<CaptureReport, { type: 'capture.ended' }>>
}

/**
 * Captures one segment through a stand-in for ffmpeg; `reported` is told everything but the end.
 */
export async function captureLong(
  medium: Medium,
  options: {
    ffmpegPath: string
    clock: RecorderClock
    folder: string
    reported: (report: CaptureReport) => void
  },
): Promise<LongCapture> {
  const { ffmpegPath, clock, folder, reported } = options
  const logger = { debug() {}, info() {}, warn: console.error, error: console.error }
  // A machine with much to do is not what is tested here.
  const limits = { flow: 30_000, stall: 30_000, finish: 30_000 }
  const platform = createCapturePlatform({ source: 'synthetic', ffmpegPath, clock, logger, limits })
  const device = await platform.resolve(medium, undefined)
  let end: (report: Extract<CaptureReport, { type: 'capture.ended' }>) => void = () => {}
  const ended: LongCapture['ended'] = new Promise((resolve) => {
    end = resolve
  })
  const capture = platform.capture(medium, (report) => {
    if (report.type === 'capture.ended') end(report)
    else reported(report)
  })
  const plan = {
    medium,
    number: 1,
    folder: join(folder, medium),
    device,
    quality: resolveQuality(),
  }
  capture.send({ type: 'capture.open', plan })
  return { capture, ended }
}

/**
 * Fails where memory grew in the last third of the samples, which were taken at even distances;
 * prints them.
 */
export function assertFlat(what: string, samples: readonly MemorySample[], most = MOST): void {
  const growth = growthOfLastThird(samples)
  const grown = `the least of the last third is ${growth.usedMb.toFixed(2)} MB used, ${growth.pssMb.toFixed(2)} MB PSS above that of the second`
  console.log(`${what}: MB used/PSS ${describeSamples(samples)}; ${grown}`)
  assert.ok(samples.length >= SAMPLES - 1, `only ${samples.length} samples`)
  assert.ok(growth.usedMb <= most.usedMb && growth.pssMb <= most.pssMb, grown)
}
