/**
 * Measures sound and pictures in a media file, for the tests, the demo and the bench. Needs ffmpeg.
 */
import { createFfmpegLocator } from '../src/ffmpeg/ffmpeg-locator.ts'
import { X11Connection } from '../src/x11/connection.ts'
import { output } from './helper-process.ts'
import { unsealed } from './unsealed.ts'

const RATE = 48_000
const X11_LIMIT_MS = 5_000

/** Decoded audio: mono, 48 kHz, −1 to 1. */
export type Samples = Float32Array

/** A colour as three numbers 0–255. */
export type Rgb = [red: number, green: number, blue: number]

// A starved machine takes longer than the recorder waits.
const encoder = createFfmpegLocator({ env: process.env, inputs: [], limitMs: 30_000 })

async function ffmpeg(...args: string[]): Promise<Buffer> {
  const { path } = await encoder.ffmpeg()
  return output(path, ['-nostdin', '-v', 'error', ...args])
}

/**
 * Decodes the first audio channel of a media file; a downmix would change the level. Throws when
 * the file has no audio.
 */
export async function decodeAudio(file: string): Promise<Samples> {
  const raw = await ffmpeg(
    '-i',
    unsealed(file),
    '-map',
    '0:a:0',
    '-af',
    'pan=mono|c0=c0',
    '-ar',
    String(RATE),
    '-f',
    'f32le',
    '-',
  )
  return new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length))
}

/** Duration of decoded audio in seconds. */
export function secondsOf(samples: Samples): number {
  return samples.length / RATE
}

/** The samples between two times in seconds. */
export function between(samples: Samples, from: number, to: number): Samples {
  return samples.subarray(Math.round(from * RATE), Math.round(to * RATE))
}

const decibels = (amplitude: number): number => Math.max(-120, 20 * Math.log10(amplitude))

/** Root mean square in dB relative to full scale, at least −120. */
export function rmsDb(samples: Samples): number {
  const power =
    samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length)
  return decibels(Math.sqrt(power))
}

/**
 * Strength of one frequency: the peak of its sine, in dB relative to full scale, at least −120.
 * Uses Goertzel's algorithm with a Hann window, so that loud neighbours do not leak in.
 */
export function toneDb(samples: Samples, hertz: number): number {
  const { length } = samples
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / RATE)
  let previous = 0
  let beforeThat = 0
  for (let index = 0; index < length; index++) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / length)
    const next = samples[index]! * window + coefficient * previous - beforeThat
    beforeThat = previous
    previous = next
  }
  const power = previous * previous + beforeThat * beforeThat - coefficient * previous * beforeThat
  return decibels((4 * Math.sqrt(Math.max(0, power))) / Math.max(1, length))
}

/** The strongest frequency of the first second between two limits, to 10 Hz. */
export function dominantHz(samples: Samples, from = 100, to = 4_000): number {
  const firstSecond = samples.subarray(0, RATE)
  let best = { hertz: from, level: Number.NEGATIVE_INFINITY }
  for (let hertz = from; hertz <= to; hertz += 10) {
    const level = toneDb(firstSecond, hertz)
    if (level > best.level) best = { hertz, level }
  }
  return best.hertz
}

/** Repeats frames, since `-ss` shows the next one where the frame of that time began before. */
const REPEATED = 'fps=100'

async function averageColor(input: readonly string[], filter = ''): Promise<Rgb> {
  const rgb = await ffmpeg(
    ...input,
    '-frames:v',
    '1',
    '-vf',
    `${filter}scale=1:1:flags=area`,
    '-pix_fmt',
    'rgb24',
    '-f',
    'rawvideo',
    '-',
  )
  if (rgb.length < 3) throw new Error('there is no frame')
  return [rgb[0]!, rgb[1]!, rgb[2]!]
}

/**
 * Average colour of the frame that a video file shows at a time in seconds. Throws when there is
 * none.
 */
export async function frameColor(file: string, seconds: number): Promise<Rgb> {
  return averageColor(['-i', unsealed(file), '-ss', String(seconds)], `${REPEATED},`)
}

/** Average colour of an X display right now. */
export async function screenColor(display: string): Promise<Rgb> {
  const connection = await X11Connection.open(display, process.env, X11_LIMIT_MS)
  const { width, height } = await connection.layout().finally(() => connection.close())
  return averageColor(['-f', 'x11grab', '-video_size', `${width}x${height}`, '-i', display])
}

/** Saves the frame that a video file shows at a time in seconds as a PNG file. */
export async function saveFrame(file: string, seconds: number, png: string): Promise<void> {
  await ffmpeg(
    '-y',
    '-i',
    unsealed(file),
    '-ss',
    String(seconds),
    '-vf',
    REPEATED,
    '-frames:v',
    '1',
    '-update',
    '1',
    png,
  )
}

/** Duration of a video file in seconds. Decodes the file to its end. */
export async function videoSeconds(file: string): Promise<number> {
  const video = ['-i', unsealed(file), '-map', '0:v:0']
  await ffmpeg(...video, '-f', 'null', '-')
  // Decoded frames would get the length of the nominal frame rate; packets have that of the file.
  const progress = await ffmpeg(...video, '-c', 'copy', '-f', 'null', '-progress', 'pipe:1', '-')
  const times = [...progress.toString().matchAll(/^out_time_us=(\d+)/gm)]
  return Number(times.at(-1)?.[1] ?? 0) / 1_000_000
}
