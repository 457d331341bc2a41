/** Describes the machine and its load, without which no figure means anything. */
import { cpus, loadavg, release, totalmem } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { createFfmpegLocator } from '../src/ffmpeg/ffmpeg-locator.ts'

/** Describes the machine in one line. */
export async function describeMachine(): Promise<string> {
  const { version } = await createFfmpegLocator({ env: process.env, inputs: [] }).ffmpeg()
  const [cpu] = cpus()
  return [
    `${cpus().length} × ${cpu?.model.trim()}`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `${process.platform} ${release()}`,
    `Node ${process.versions.node}`,
    `ffmpeg ${version ? `${version.major}.${version.minor}` : 'of no release'}`,
  ].join(', ')
}

const SAMPLE_MS = 3_000

/** Measures for 3 s how busy all processors are together, in percent. */
export async function busyPercent(): Promise<number> {
  const sum = () =>
    cpus()
      .map(({ times }) => times)
      .reduce(
        ({ all, idle }, times) => ({
          all: all + times.user + times.nice + times.sys + times.irq + times.idle,
          idle: idle + times.idle,
        }),
        { all: 0, idle: 0 },
      )
  const before = sum()
  await wait(SAMPLE_MS)
  const after = sum()
  return Math.round(100 * (1 - (after.idle - before.idle) / (after.all - before.all)))
}

/** Load average of the last minute, which shows whether other programs disturbed the bench. */
export function load(): string {
  return loadavg()[0]!.toFixed(1)
}
