/**
 * Captures the same media without the recorder: ffmpeg and parec write files directly, with the
 * fastest settings that the field notes have found.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { VirtualDesktop } from '../lab/virtual-desktop.ts'
import type { Medium } from '../src/contract/media.ts'
import { QUALITY_PRESETS } from '../src/contract/quality.ts'
import { audioFormat } from '../src/ffmpeg/encoding.ts'

const WITHOUT_PROBING = '-probesize 32 -analyzeduration 0'

type Devices = Pick<VirtualDesktop, 'display' | 'size' | 'micSource' | 'speakerSink'>

function screenInput({ display, size }: Devices): string {
  const { framesPerSecond } = QUALITY_PRESETS.standard
  // Without a size, an ffmpeg from before 2019 captures 640×480.
  const area = `-video_size ${size.width}x${size.height}`
  return `-f x11grab -framerate ${framesPerSecond} ${area} ${WITHOUT_PROBING} -i ${display}`
}
const H264 =
  '-c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -crf 23 -qcomp 1 -g 150'
const MATROSKA = '-f matroska -cluster_time_limit 100 -flush_packets 1'

const sourceOf = (medium: 'mic' | 'speaker', desktop: Devices): string =>
  medium === 'mic' ? desktop.micSource : `${desktop.speakerSink}.monitor`

function opus(medium: 'mic' | 'speaker'): string {
  const { application, bitsPerSecond } = audioFormat(medium, QUALITY_PRESETS.standard)
  return `-c:a libopus -application ${application} -b:a ${bitsPerSecond} -f ogg -page_duration 200000 -flush_packets 1`
}

/** Returns the shell command that records a medium of a desktop into a folder. */
export function recordCommand(medium: Medium, desktop: Devices, folder: string): string {
  if (medium === 'screen')
    return `exec ffmpeg -nostdin -v error ${screenInput(desktop)} ${H264} ${MATROSKA} ${join(folder, 'screen.mkv')}`
  const { channels } = audioFormat(medium, QUALITY_PRESETS.standard)
  const raw = `--raw --format=s16le --rate=48000 --channels=${channels} --latency-msec=20`
  return [
    `parec ${raw} -d ${sourceOf(medium, desktop)} |`,
    `ffmpeg -v error -f s16le -ar 48000 -ac ${channels} ${WITHOUT_PROBING} -i pipe:0 ${opus(medium)} ${join(folder, medium)}.ogg`,
  ].join(' ')
}

/**
 * Records media into a folder until `stop`. `stop` resolves when every process has exited and its
 * CPU time is counted.
 */
export function startBareCapture(
  media: readonly Medium[],
  desktop: VirtualDesktop,
  folder: string,
): { pids: readonly number[]; stop(): Promise<void> } {
  const children = media.map((medium) => shell(recordCommand(medium, desktop, folder), desktop))
  return {
    pids: children.map(({ pid }) => pid!),
    async stop() {
      await Promise.all(children.map(end))
    },
  }
}

function shell(command: string, desktop: VirtualDesktop): ChildProcess {
  // A process group of its own, so that one signal reaches both ends of a pipe.
  return spawn('sh', ['-c', command], {
    env: { ...process.env, ...desktop.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null)
    throw new Error('a bare capture ended by itself')
  process.kill(-child.pid!, 'SIGINT')
  await once(child, 'exit')
}

/** The start of a bare capture, in ms after its command. */
export interface BareStart {
  /** ffmpeg captured its first sample, by its own log. */
  firstSampleMs: number
  /** ffmpeg wrote its first encoded media. */
  firstOutputMs: number
}

/** Bytes of output that must contain media, not only the head of a file. */
const MEDIA_BYTES = { mic: 300, speaker: 300, screen: 4_096 }
const INPUT_START = /Input #0.*start: (\d+\.\d+)/s

/** Starts ffmpeg alone on a device, waits for its first media, and ends it. */
export async function bareStart(medium: Medium, desktop: VirtualDesktop): Promise<BareStart> {
  const args =
    medium === 'screen'
      ? `${screenInput(desktop)} ${H264} ${MATROSKA}`
      : `-f pulse -fragment_size 1920 ${WITHOUT_PROBING} -i ${sourceOf(medium, desktop)} ${opus(medium)}`
  const sentAt = Date.now()
  const child = shell(`exec ffmpeg -nostdin -hide_banner ${args} pipe:1`, desktop)
  let log = ''
  let bytes = 0
  try {
    return await new Promise((resolve, reject) => {
      let firstOutputMs: number | undefined
      const resolveWhenStarted = (): void => {
        const start = INPUT_START.exec(log)?.[1]
        if (start && firstOutputMs !== undefined)
          resolve({ firstSampleMs: Number(start) * 1_000 - sentAt, firstOutputMs })
      }
      child.stderr!.setEncoding('utf8').on('data', (text: string) => {
        log += text
        resolveWhenStarted()
      })
      child.stdout!.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes >= MEDIA_BYTES[medium]) firstOutputMs ??= Date.now() - sentAt
        resolveWhenStarted()
      })
      child.once('exit', (code) => reject(new Error(`ffmpeg ended with ${code}: ${log}`)))
    })
  } finally {
    child.removeAllListeners('exit')
    if (child.exitCode === null && child.signalCode === null) await end(child)
  }
}
