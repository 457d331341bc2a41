import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { readMedia, unsealed } from '../../../lab/unsealed.ts'

const run = promisify(execFile)
const RATE = 48_000

/**
 * The sound of a file, mono, as ffmpeg decodes it; rejects when ffmpeg finds anything wrong with
 * it.
 */
export async function decodeSound(path: string): Promise<Int16Array> {
  const args = [
    '-v',
    'error',
    '-xerror',
    '-i',
    unsealed(path),
    '-f',
    's16le',
    '-ac',
    '1',
    '-ar',
    String(RATE),
    'pipe:1',
  ]
  const { stdout, stderr } = await run('ffmpeg', args, {
    encoding: 'buffer',
    maxBuffer: 64 * 1_048_576,
  })
  if (stderr.length > 0) throw new Error(stderr.toString())
  return new Int16Array(new Uint8Array(stdout).buffer)
}

/**
 * Level of a pitch in the loudest second of a sound, or another span of it, in dB relative to a
 * sine of full scale (Goertzel).
 */
export function pitchDb(samples: Int16Array, hz: number, seconds = 1): number {
  const span = RATE * seconds
  const factor = 2 * Math.cos((2 * Math.PI * hz) / RATE)
  let loudest = 0
  for (let start = 0; start + span <= samples.length; start += span / 4) {
    let [previous, before] = [0, 0]
    for (const sample of samples.subarray(start, start + span))
      [previous, before] = [sample / 32_768 + factor * previous - before, previous]
    const power = previous ** 2 + before ** 2 - factor * previous * before
    loudest = Math.max(loudest, (2 * Math.sqrt(Math.max(0, power))) / span)
  }
  return 20 * Math.log10(Math.max(loudest, 1e-6))
}

/**
 * Frames of a video as ffmpeg decodes it, with the time of each in ms; rejects when ffmpeg finds
 * anything wrong.
 */
export async function frames(path: string): Promise<{ atMs: number; key: boolean }[]> {
  const args = [
    '-v',
    'error',
    '-select_streams',
    'v',
    '-show_entries',
    'frame=pts_time,key_frame',
    '-of',
    'csv=p=0',
    unsealed(path),
  ]
  const { stdout, stderr } = await run('ffprobe', args)
  if (stderr !== '') throw new Error(stderr)
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [key, time] = line.split(',')
      return { atMs: Number(time) * 1_000, key: key === '1' }
    })
}

/** Duration in ms that a container claims. */
export async function containerMs(path: string): Promise<number> {
  const { stdout } = await run('ffprobe', [
    '-v',
    'error',
    '-show_entries',
    'format=duration',
    '-of',
    'csv=p=0',
    unsealed(path),
  ])
  return Number(stdout) * 1_000
}

/** Colour of a point of a video's first frame, as [red, green, blue]. */
export async function colourAt(
  path: string,
  x: number,
  y: number,
): Promise<[number, number, number]> {
  const filter = `format=rgb24,crop=1:1:${x}:${y}`
  const args = [
    '-v',
    'error',
    '-i',
    unsealed(path),
    '-frames:v',
    '1',
    '-vf',
    filter,
    '-f',
    'rawvideo',
    '-pix_fmt',
    'rgb24',
    'pipe:1',
  ]
  const { stdout } = await run('ffmpeg', args, { encoding: 'buffer' })
  return [stdout[0]!, stdout[1]!, stdout[2]!]
}

/** A colour as three numbers 0–255. */
export type Rgb = [red: number, green: number, blue: number]

/** Average colour of every frame of a video, or of a part of it (`width:height:x:y`). */
export async function colours(path: string, crop?: string): Promise<Rgb[]> {
  const filter = `${crop === undefined ? '' : `crop=${crop},`}scale=1:1:flags=area,format=rgb24`
  const args = [
    '-v',
    'error',
    '-i',
    unsealed(path),
    '-vf',
    filter,
    '-fps_mode',
    'passthrough',
    '-f',
    'rawvideo',
    'pipe:1',
  ]
  const { stdout } = await run('ffmpeg', args, { encoding: 'buffer' })
  return Array.from(
    { length: stdout.length / 3 },
    (_, frame) => [...stdout.subarray(3 * frame, 3 * frame + 3)] as Rgb,
  )
}

/** Width and height of a video. */
export async function sizeOf(path: string): Promise<[width: number, height: number]> {
  const args = [
    '-v',
    'error',
    '-select_streams',
    'v',
    '-show_entries',
    'stream=width,height',
    '-of',
    'csv=p=0',
    unsealed(path),
  ]
  const [width, height] = (await run('ffprobe', args)).stdout.trim().split(',').map(Number)
  return [width!, height!]
}

/** SHA-256 of the media in a file, lower-case hex. */
export function sha256Of(path: string): string {
  return createHash('sha256').update(readMedia(path)).digest('hex')
}
