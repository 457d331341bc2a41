import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type HelperProcess, output, startHelper } from './helper-process.ts'
import {
  MIC_FEED_SINK,
  MIC_SOURCE,
  type SoundServer,
  SPEAKER_SINK,
  untilAccepting,
  untilDelivering,
} from './sound-server.ts'

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

/**
 * Starts PulseAudio in a folder of its own, apart from the user's configuration and server.
 * Resolves when both devices deliver samples. With `quietRoom` the microphone hears the noise of a
 * very quiet room, otherwise digital silence, which no real microphone delivers.
 */
export async function startPulseAudio(
  folder: string,
  { quietRoom }: { quietRoom: boolean },
): Promise<SoundServer> {
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
    await Promise.all(helpers.splice(0).map((helper) => helper.stop()))
  }
  async function start(): Promise<HelperProcess> {
    const server = await startHelper('pulseaudio', serverArguments(scriptFile), {
      env: {
        ...process.env,
        ...privateFolders,
        HOME: folder,
        DISPLAY: undefined,
        DBUS_SESSION_BUS_ADDRESS: 'none:',
      },
    })
    helpers.push(server)
    await untilAccepting(server, socket)
    const silence = ['/dev/zero']
    helpers.push(await keepAwake(SPEAKER_SINK, silence, env))
    helpers.push(await keepAwake(MIC_FEED_SINK, quietRoom ? QUIET_ROOM : silence, env))
    await Promise.all([
      untilDelivering(MIC_SOURCE, env),
      untilDelivering(`${SPEAKER_SINK}.monitor`, env),
    ])
    return server
  }
  try {
    let server = await start()
    return {
      env,
      get pid() {
        return server.pid
      },
      get programs() {
        return { pulseaudio: server.pid }
      },
      async revive() {
        if (helpers.every(({ isRunning }) => isRunning)) return
        await stop()
        server = await start()
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function serverArguments(scriptFile: string): string[] {
  return [
    '-n',
    `--file=${scriptFile}`,
    '--daemonize=no',
    '--exit-idle-time=-1',
    '--use-pid-file=no',
    '--realtime=no',
    '--high-priority=no',
    '--log-target=stderr',
  ]
}
