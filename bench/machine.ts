/** The machine that was measured on, and how busy it was: without it no figure means anything. */
import { cpus, loadavg, release, totalmem } from 'node:os'
import { createEncoder } from '../src/actors/ffmpeg.ts'

/** The machine in one line. */
export async function describeMachine(): Promise<string> {
  const { version } = await createEncoder({ env: process.env, inputs: [] }).ffmpeg()
  const [cpu] = cpus()
  return [
    `${cpus().length} × ${cpu?.model.trim()}`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `${process.platform} ${release()}`,
    `Node ${process.versions.node}`,
    `ffmpeg ${version ? `${version.major}.${version.minor}` : 'of no release'}`,
  ].join(', ')
}

/** Load average of the last minute, for how far other programs may have disturbed. */
export function load(): string {
  return loadavg()[0]!.toFixed(1)
}
