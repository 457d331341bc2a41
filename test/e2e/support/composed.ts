/**
 * Reads a composed file with ffprobe and ffmpeg, and makes requests that take as long as they
 * take.
 */
import { createWriteStream } from 'node:fs'
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { output, startHelper, untilReady } from '../../../lab/helper-process.ts'
import type { Rgb } from '../../../lab/measure.ts'
import type { TestDaemon } from '../../support/daemon.ts'

const RATE = 48_000
/** Louder than background noise. */
export const LOUD = 0.05

/** A request for a file; `abandon` hangs up. */
export interface FileRequest {
  answered: Promise<IncomingMessage>
  abandon(): void
}

/** Asks for a file with the home token. */
export function ask(
  daemon: TestDaemon,
  path: string,
  headers: Record<string, string> = {},
): FileRequest {
  const sent = request(`${daemon.url}/v1${path}`, {
    agent: false,
    headers: { authorization: `Bearer ${daemon.token}`, ...headers },
  })
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    sent.on('response', resolve)
    sent.on('error', reject)
  })
  // Whoever abandons it does not wait for the answer.
  answered.catch(() => {})
  sent.end()
  return { answered, abandon: () => sent.destroy() }
}

/** Saves a file; throws with the problem where there is none. */
export async function save(
  daemon: TestDaemon,
  path: string,
  file: string,
): Promise<IncomingHttpHeaders> {
  const answer = await ask(daemon, path).answered
  if (answer.statusCode !== 200)
    throw new Error(`${path}: ${answer.statusCode} ${await text(answer)}`)
  await pipeline(answer, createWriteStream(file))
  return answer.headers
}

/** A file as ffprobe sees it. */
export interface Probed {
  streams: {
    codec_name: string
    codec_tag_string: string
    codec_type: string
    duration: string
    tags?: Record<string, string>
  }[]
  chapters: { start: number; end: number; tags: { title: string } }[]
  format: { duration: string; tags: Record<string, string> }
}

/** Asks ffprobe. */
export async function probe(file: string): Promise<Probed> {
  const shown = ['-show_streams', '-show_chapters', '-show_format']
  return JSON.parse(
    (await output('ffprobe', ['-v', 'error', '-of', 'json', ...shown, file])).toString(),
  )
}

/** Every frame of a video: when it is shown (seconds), and its average colour. */
export async function framesOf(file: string): Promise<{ at: number; rgb: Rgb }[]> {
  const entries = ['-select_streams', 'v', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0']
  const times = (await output('ffprobe', ['-v', 'error', ...entries, file]))
    .toString()
    .trim()
    .split('\n')
    .map(Number.parseFloat)
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']
  const scaled = ['-vf', 'scale=1:1:flags=area', '-fps_mode', 'passthrough', ...raw]
  const rgb = await output('ffmpeg', [
    '-nostdin',
    '-v',
    'error',
    '-i',
    file,
    '-map',
    '0:v',
    ...scaled,
  ])
  if (rgb.length !== 3 * times.length)
    throw new Error(`${times.length} frames, ${rgb.length / 3} of them can be decoded`)
  return times
    .sort((a, b) => a - b)
    .map((at, index) => ({ at, rgb: [rgb[3 * index]!, rgb[3 * index + 1]!, rgb[3 * index + 2]!] }))
}

/**
 * Listens to a source itself; `soundAt` is the wall-clock time (epoch ms) of the first sound there.
 */
export async function listenTo(
  source: string,
  env: NodeJS.ProcessEnv,
): Promise<{ soundAt: Promise<number> }> {
  const args = [
    '--raw',
    '--format=s16le',
    `--rate=${RATE}`,
    '--channels=1',
    '--latency-msec=20',
    '-d',
    source,
  ]
  const listener = await startHelper('parec', args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // A sample can only come late, never early: the earliest beginning that any of the pieces points
  // to is the nearest.
  let beginning = Number.POSITIVE_INFINITY
  let count = 0
  let ready = (): void => {}
  const began = new Promise<void>((resolve) => {
    ready = resolve
  })
  const soundAt = new Promise<number>((resolve) => {
    listener.child.stdout?.on('data', (chunk: Buffer) => {
      ready()
      const before = count
      count += chunk.length >> 1
      beginning = Math.min(beginning, Date.now() - (count / RATE) * 1_000)
      for (let index = before; index < count; index++) {
        if (Math.abs(chunk.readInt16LE(2 * (index - before))) <= LOUD * 32_768) continue
        return resolve(beginning + (index / RATE) * 1_000)
      }
    })
  })
  await untilReady(listener, began)
  return { soundAt: untilReady(listener, soundAt, 30_000).finally(() => listener.stop()) }
}
