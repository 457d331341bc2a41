import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type HelperProcess, output, startHelper, untilReady } from './helper-process.ts'

/** Name of the virtual speaker's sink. Its source `speaker.monitor` delivers the sound it plays. */
export const SPEAKER_SINK = 'speaker'
/** Name of the virtual microphone's source. */
export const MIC_SOURCE = 'microphone'
/** Name of the sink that feeds the virtual microphone. */
export const MIC_FEED_SINK = 'microphone_feed'

/** A private sound server with a speaker and a microphone. */
export interface PulseAudio {
  /** Environment of its clients. */
  env: NodeJS.ProcessEnv
  pid: number
  stop(): Promise<void>
}

// The socket comes last, so that a client that can connect finds all devices.
const script = (socket: string, short: string) => `
load-module module-null-sink sink_name=${SPEAKER_SINK} rate=48000 channels=2${short} sink_properties='device.description="Virtual speaker"'
load-module module-null-sink sink_name=${MIC_FEED_SINK} rate=48000 channels=1${short} sink_properties='device.description="Virtual microphone input"'
load-module module-remap-source source_name=${MIC_SOURCE} master=${MIC_FEED_SINK}.monitor source_properties='device.description="Virtual microphone"'
set-default-sink ${SPEAKER_SINK}
set-default-source ${MIC_SOURCE}
load-module module-native-protocol-unix auth-anonymous=1 socket=${socket}
`

/**
 * The argument that makes null sinks work in blocks of 50 ms from the start, not only after their
 * first 2 s. Empty before PulseAudio 16, which does not have it.
 */
async function shortBlocksArgument(): Promise<string> {
  const version = (await output('pulseaudio', ['--version'])).toString()
  return Number(/(\d+)/.exec(version)?.[1]) >= 16 ? ' norewinds=1' : ''
}

/** Resolves when a client can connect to a socket, or when the signal aborts. */
async function untilAccepting(socket: string, signal: AbortSignal): Promise<void> {
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

/** White noise at this volume (of 65,536, cubed) has −77 dBFS, like a very quiet room. */
const QUIET_ROOM = ['--volume=4130', '/dev/urandom']

/** Plays into a null sink without end. Otherwise its monitor delivers in blocks of 2 s. */
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
async function untilDelivering(source: string, env: NodeJS.ProcessEnv): Promise<void> {
  const reader = await startHelper(
    'pacat',
    ['--record', '--raw', '--latency-msec=20', `--device=${source}`],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  try {
    await untilReady(reader, once(reader.child.stdout!, 'data'))
  } finally {
    await reader.stop()
  }
}

/**
 * Starts PulseAudio in a folder of its own, apart from the user's configuration and server.
 * Resolves when both devices deliver samples. With `quietRoom` the microphone hears the noise of a
 * very quiet room, otherwise digital silence, which no real microphone delivers.
 */
export async function startPulseAudio(
  folder: string,
  { quietRoom }: { quietRoom: boolean },
): Promise<PulseAudio> {
  const runtime = join(folder, 'pulse')
  await mkdir(runtime, { mode: 0o700, recursive: true })
  const socket = join(folder, 'native')
  const scriptFile = join(folder, 'devices.pa')
  await writeFile(scriptFile, script(socket, await shortBlocksArgument()))
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
    const waiting = new AbortController()
    await untilReady(server, untilAccepting(socket, waiting.signal)).finally(() => waiting.abort())
    const silence = ['/dev/zero']
    helpers.push(await keepAwake(SPEAKER_SINK, silence, env))
    helpers.push(await keepAwake(MIC_FEED_SINK, quietRoom ? QUIET_ROOM : silence, env))
    await Promise.all([
      untilDelivering(MIC_SOURCE, env),
      untilDelivering(`${SPEAKER_SINK}.monitor`, env),
    ])
    return { env, pid: server.pid, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
