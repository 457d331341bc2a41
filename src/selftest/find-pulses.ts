import { lastMessage } from '../platform/capture-problem.ts'
import { startChild } from '../processes/child-process.ts'
import type { Area } from '../x11/connection.ts'

const RATE = 48_000
const LOUD = 0.05 * 32_768
/** A beep is over when nothing is loud for this long. */
const QUIET_SECONDS = 0.2
/** Between the black (16) and the white (235) of the flash window. */
const BRIGHT = 125

/**
 * Decodes a file with ffmpeg and passes on each chunk of the output. Rejects with ffmpeg's last
 * message.
 */
async function decode(
  ffmpeg: string,
  args: readonly string[],
  onOutput: (chunk: Buffer) => void,
): Promise<void> {
  const all = ['-nostdin', '-v', 'error', ...args]
  const child = startChild({ program: ffmpeg, args: all }, { env: process.env, onStdout: onOutput })
  const { code } = await child.exited
  if (code !== 0)
    throw new Error(`The exported file cannot be decoded.${lastMessage(child.stderr())}`)
}

/** Finds the times, in seconds, at which beeps begin in a media file. */
export async function findBeeps(file: string, ffmpeg: string): Promise<number[]> {
  const found: number[] = []
  let index = 0
  let lastLoud = Number.NEGATIVE_INFINITY
  let rest = Buffer.alloc(0)
  // Sound that begins later than the file must stay where it is.
  const output = [
    '-af',
    'aresample=async=1:first_pts=0',
    '-ac',
    '1',
    '-ar',
    String(RATE),
    '-f',
    's16le',
    'pipe:1',
  ]
  await decode(ffmpeg, ['-i', file, '-map', '0:a:0', ...output], (chunk) => {
    const bytes = Buffer.concat([rest, chunk])
    const whole = bytes.length & ~1
    for (let at = 0; at < whole; at += 2, index++) {
      if (Math.abs(bytes.readInt16LE(at)) <= LOUD) continue
      if (index - lastLoud > QUIET_SECONDS * RATE) found.push(index / RATE)
      lastLoud = index
    }
    rest = bytes.subarray(whole)
  })
  return found
}

/** Finds the times, in seconds, at which an area of the picture turns white in a media file. */
export async function findFlashes(
  file: string,
  ffmpeg: string,
  { x, y, width, height }: Area,
): Promise<number[]> {
  const found: number[] = []
  let bright = false
  let seconds = 0
  let text = ''
  const filter = `crop=${width}:${height}:${x}:${y},signalstats,metadata=mode=print:key=lavfi.signalstats.YAVG:file=-`
  await decode(ffmpeg, ['-i', file, '-map', '0:v:0', '-vf', filter, '-f', 'null', '-'], (chunk) => {
    const lines = (text + chunk.toString()).split('\n')
    text = lines.pop()!
    for (const line of lines) {
      seconds = Number(/pts_time:(-?[\d.]+)/.exec(line)?.[1] ?? seconds)
      const luma = /YAVG=([\d.]+)/.exec(line)?.[1]
      if (luma === undefined) continue
      if (Number(luma) > BRIGHT && !bright) found.push(seconds)
      bright = Number(luma) > BRIGHT
    }
  })
  return found
}
