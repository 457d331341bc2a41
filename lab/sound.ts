import { output, startHelper, untilReady } from './helper-process.ts'

const RATE = 48_000

/** Mono, 48 kHz, 16 bit little-endian. */
export type Pcm = Buffer

/** A sine tone; `gain` is its peak relative to full scale, 0–1 (default 0.3). */
export interface Tone {
  toneHz: number
  seconds: number
  gain?: number
}

/** A sound while it is played. */
export interface Playback {
  /** The player has not ended. */
  readonly isPlaying: boolean
  /** Resolves when all of the sound has been played or it was stopped. */
  readonly ended: Promise<void>
  /** Ends the sound at once; resolves when the player is gone. */
  stop(): Promise<void>
}

const RAW = [
  '-t',
  'raw',
  '-r',
  String(RATE),
  '-c',
  '1',
  '-e',
  'signed-integer',
  '-b',
  '16',
  '-L',
  '-',
]

/** The samples of a sine tone. */
export function tone({ toneHz, seconds, gain = 0.3 }: Tone): Pcm {
  const samples = Int16Array.from({ length: Math.round(seconds * RATE) }, (_, index) =>
    Math.round(gain * 32_767 * Math.sin((2 * Math.PI * toneHz * index) / RATE)),
  )
  return Buffer.from(samples.buffer)
}

/** The samples of any file that sox reads. */
export async function soundFile(path: string): Promise<Pcm> {
  return output('sox', ['-q', path, ...RAW])
}

/** The samples of a voice that reads a text, with a pause of 0.7 s at the end. */
export async function voice(text: string): Promise<Pcm> {
  const wav = await output('espeak-ng', ['-s', '150', '--stdout'], { input: Buffer.from(text) })
  // espeak-ng writes the header before it knows the length, so sox has to ignore that length.
  return output(
    'sox',
    ['-q', '--ignore-length', '-t', 'wav', '-', ...RAW, 'norm', '-6', 'pad', '0', '0.7'],
    {
      input: wav,
    },
  )
}

/** The samples of a short melody of plucked strings. */
export async function melody(): Promise<Pcm> {
  const notes = ['C4', 'E4', 'G4', 'C5', 'A4', 'F4', 'G4', 'E4'].map((note) => [
    'synth',
    '0.4',
    'pluck',
    note,
  ])
  const bars = notes.flatMap((note, index) => (index === 0 ? note : [':', ...note]))
  return output('sox', ['-q', '-n', ...RAW, ...bars, 'gain', '-8'])
}

/** Plays samples into a sink, once or in a loop. Resolves when the sound server plays them. */
export async function playInto(
  sink: string,
  pcm: Pcm,
  options: { env: NodeJS.ProcessEnv; loop?: boolean },
): Promise<Playback> {
  const player = await startHelper(
    'pacat',
    [
      '--playback',
      '--verbose',
      '--raw',
      `--rate=${RATE}`,
      '--channels=1',
      '--format=s16le',
      '--latency-msec=60',
      `--device=${sink}`,
    ],
    { env: { ...process.env, ...options.env, LC_ALL: 'C' }, stdio: ['pipe', 'ignore', 'pipe'] },
  )
  const input = player.child.stdin!
  // The exit of a player that ends early is observed instead.
  input.on('error', () => {})
  const feed = (): void => {
    if (!options.loop) input.end(pcm)
    else if (input.write(pcm)) setImmediate(feed)
  }
  input.on('drain', feed)
  feed()
  const started = new Promise<void>((resolve) => {
    let log = ''
    player.child.stderr?.on('data', function listen(text: string) {
      log += text
      if (!log.includes('Stream started')) return
      player.child.stderr?.off('data', listen)
      resolve()
    })
  })
  try {
    await untilReady(player, started)
  } catch (error) {
    await player.stop()
    throw error
  }
  return {
    get isPlaying() {
      return player.isRunning
    },
    ended: player.exited.then(() => {}),
    stop: () => player.stop(),
  }
}
