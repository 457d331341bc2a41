import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type HelperProcess, output, readyOrFailed, startHelper } from './helper-process.ts'

/** Name of the virtual speaker's sink; `speaker.monitor` is what it plays. */
export const SPEAKER_SINK = 'speaker'
/** Name of the virtual microphone's source. */
export const MIC_SOURCE = 'microphone'
/** What is played into this sink is heard by the virtual microphone. */
export const MIC_FEED_SINK = 'microphone_feed'

/** A private sound server with a speaker and a microphone. */
export interface PulseAudio {
  /** What its clients need in their environment. */
  env: NodeJS.ProcessEnv
  pid: number
  stop(): Promise<void>
}

// The socket comes last: who can connect finds all devices there.
const script = (socket: string, short: string) => `
load-module module-null-sink sink_name=${SPEAKER_SINK} rate=48000 channels=2${short} sink_properties='device.description="Virtual speaker"'
load-module module-null-sink sink_name=${MIC_FEED_SINK} rate=48000 channels=1${short} sink_properties='device.description="Virtual microphone input"'
load-module module-remap-source source_name=${MIC_SOURCE} master=${MIC_FEED_SINK}.monitor source_properties='device.description="Virtual microphone"'
set-default-sink ${SPEAKER_SINK}
set-default-source ${MIC_SOURCE}
load-module module-native-protocol-unix auth-anonymous=1 socket=${socket}
`

/**
 * From version 16 on, null sinks can be told to work in blocks of 50 ms from the start, not after
 * their first 2 s.
 */
async function shortBlocks(): Promise<string> {
  const version = (await output('pulseaudio', ['--version'])).toString()
  return Number(/(\d+)/.exec(version)?.[1]) >= 16 ? ' norewinds=1' : ''
}

async function accepting(socket: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const client = connect(socket)
    try {
      await once(client, 'connect')
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10))
    } finally {
      client.destroy()
    }
  }
}

/** White noise at this volume (of 65,536, cubed) has −77 dBFS: a very quiet room. */
const QUIET_ROOM = ['--volume=4130', '/dev/urandom']

/** Keeps a sink awake: a null sink that nobody plays into delivers its monitor in blocks of 2 s. */
async function keepAwake(
  sink: string,
  sound: string[],
  env: NodeJS.ProcessEnv,
): Promise<HelperProcess> {
  return startHelper(
    'pacat',
    [
      '--playback',
      '--raw',
      '--rate=48000',
      '--channels=1',
      '--latency-msec=20',
      `--device=${sink}`,
      ...sound,
    ],
    {
      env: { ...process.env, ...env },
    },
  )
}

/** Resolves when a source delivers samples. */
async function delivering(source: string, env: NodeJS.ProcessEnv): Promise<void> {
  const reader = await startHelper(
    'pacat',
    ['--record', '--raw', '--latency-msec=20', `--device=${source}`],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  try {
    await readyOrFailed(reader, once(reader.child.stdout!, 'data'))
  } finally {
    await reader.stop()
  }
}

/**
 * Starts PulseAudio in a folder of its own, untouched by the user's configuration and server; ready
 * when both devices deliver samples. `quietRoom`: the microphone hears one, not digital silence as
 * no real microphone does.
 */
export async function startPulseAudio(
  folder: string,
  { quietRoom }: { quietRoom: boolean },
): Promise<PulseAudio> {
  const runtime = join(folder, 'pulse')
  await mkdir(runtime, { mode: 0o700, recursive: true })
  const socket = join(folder, 'native')
  const scriptFile = join(folder, 'devices.pa')
  await writeFile(scriptFile, script(socket, await shortBlocks()))
  const privateFolders = {
    XDG_RUNTIME_DIR: folder,
    PULSE_RUNTIME_PATH: runtime,
    PULSE_STATE_PATH: runtime,
    PULSE_COOKIE: join(runtime, 'cookie'),
  }
  const env = { ...privateFolders, PULSE_SERVER: `unix:${socket}` }
  const helpers: HelperProcess[] = []
  async function stop(): Promise<void> {
    await Promise.all(helpers.map((helper) => helper.stop()))
  }
  try {
    const server = await startHelper(
      'pulseaudio',
      [
        '-n',
        `--file=${scriptFile}`,
        '--daemonize=no',
        '--exit-idle-time=-1',
        '--use-pid-file=no',
        '--realtime=no',
        '--high-priority=no',
        '--log-target=stderr',
      ],
      {
        env: {
          ...process.env,
          ...privateFolders,
          HOME: folder,
          DISPLAY: undefined,
          DBUS_SESSION_BUS_ADDRESS: 'none:',
        },
      },
    )
    helpers.push(server)
    const giveUp = new AbortController()
    await readyOrFailed(server, accepting(socket, giveUp.signal)).finally(() => giveUp.abort())
    const silence = ['/dev/zero']
    helpers.push(await keepAwake(SPEAKER_SINK, silence, env))
    helpers.push(await keepAwake(MIC_FEED_SINK, quietRoom ? QUIET_ROOM : silence, env))
    await Promise.all([delivering(MIC_SOURCE, env), delivering(`${SPEAKER_SINK}.monitor`, env)])
    return { env, pid: server.pid, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
