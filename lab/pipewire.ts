import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type HelperProcess, startHelper, untilReady } from './helper-process.ts'
import { busConfig } from './message-bus.ts'
import { pactl } from './microphone.ts'
import { type Playback, playInto } from './sound.ts'
import {
  MIC_FEED_SINK,
  MIC_SOURCE,
  type SoundServer,
  SPEAKER_SINK,
  untilAccepting,
  untilDelivering,
} from './sound-server.ts'

/**
 * Settings of WirePlumber that keep it away from the user's own devices: for 0.5, and for 0.4,
 * which reads Lua.
 */
const NO_HARDWARE: Record<string, string> = {
  'wireplumber.conf.d/90-no-hardware.conf': `wireplumber.profiles = {
  main = {
    hardware.audio = disabled
    hardware.bluetooth = disabled
    hardware.video-capture = disabled
  }
}
`,
  'main.lua.d/80-no-hardware.lua': `alsa_monitor.enabled = false
v4l2_monitor.enabled = false
libcamera_monitor.enabled = false
`,
  'bluetooth.lua.d/80-no-hardware.lua': 'bluez_monitor.enabled = false\n',
}

/** The modules of its devices: name, device and further settings. */
const MODULES: [name: string, device: string, ...settings: string[]][] = [
  ['module-null-sink', `sink_name=${SPEAKER_SINK}`, 'channels=2', description('sink', 'speaker')],
  [
    'module-null-sink',
    `sink_name=${MIC_FEED_SINK}`,
    'channels=1',
    description('sink', 'microphone input'),
  ],
  [
    'module-remap-source',
    `source_name=${MIC_SOURCE}`,
    `master=${MIC_FEED_SINK}.monitor`,
    ...['channels=1', 'channel_map=mono'],
    description('source', 'microphone'),
  ],
]

function description(kind: 'sink' | 'source', name: string): string {
  return `${kind}_properties='device.description="Virtual ${name}"'`
}

/** One second of white noise of −77 dBFS, like a very quiet room. */
function quietNoise(): Buffer {
  const amplitude = 8
  const samples = Int16Array.from({ length: 48_000 }, () =>
    Math.round((2 * Math.random() - 1) * amplitude),
  )
  return Buffer.from(samples.buffer)
}

/** Environment of the clients of a server that runs in a folder. */
function clientEnv(folder: string): NodeJS.ProcessEnv {
  return {
    XDG_RUNTIME_DIR: folder,
    PIPEWIRE_RUNTIME_DIR: folder,
    PIPEWIRE_REMOTE: undefined,
    PULSE_RUNTIME_PATH: join(folder, 'pulse'),
    PULSE_STATE_PATH: join(folder, 'pulse'),
    PULSE_COOKIE: join(folder, 'pulse', 'cookie'),
    PULSE_SERVER: `unix:${join(folder, 'pulse', 'native')}`,
  }
}

function serverEnv(folder: string): NodeJS.ProcessEnv {
  const bus = `unix:path=${join(folder, 'bus')}`
  return {
    ...process.env,
    ...clientEnv(folder),
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_DATA_HOME: join(folder, 'data'),
    DISPLAY: undefined,
    DBUS_SESSION_BUS_ADDRESS: bus,
    DBUS_SYSTEM_BUS_ADDRESS: bus,
  }
}

/** Its programs, in the order in which they start. */
const PROGRAMS = ['dbus-daemon', 'pipewire', 'wireplumber', 'pipewire-pulse'] as const
type Program = (typeof PROGRAMS)[number]

/**
 * Starts PipeWire with its PulseAudio interface in a folder of its own, with a message bus of its
 * own, apart from the user's configuration, server and devices. Resolves when both devices deliver
 * samples. With `quietRoom` the microphone hears the noise of a very quiet room.
 */
export async function startPipeWire(
  folder: string,
  { quietRoom }: { quietRoom: boolean },
): Promise<SoundServer> {
  await writeSettings(folder)
  const server = new PipeWire(folder, quietRoom)
  try {
    await server.revive()
    return server
  } catch (error) {
    await server.stop()
    throw error
  }
}

class PipeWire implements SoundServer {
  readonly env: NodeJS.ProcessEnv
  readonly #folder: string
  readonly #quietRoom: boolean
  readonly #running = new Map<Program, HelperProcess>()
  #room: Playback | undefined

  constructor(folder: string, quietRoom: boolean) {
    this.env = clientEnv(folder)
    this.#folder = folder
    this.#quietRoom = quietRoom
  }

  get pid(): number {
    return this.programs['pipewire-pulse']!
  }

  get programs(): Record<string, number> {
    const { 'dbus-daemon': _, ...programs } = Object.fromEntries(
      [...this.#running].map(([name, { pid }]) => [name, pid]),
    )
    return programs
  }

  async revive(): Promise<void> {
    // WirePlumber 0.4 connects nothing to a virtual device that is older than itself, and
    // pipewire-pulse 0.3.65 sometimes stops answering when clients come and go meanwhile.
    if (this.#running.get('wireplumber')?.isRunning === false)
      await this.#running.get('pipewire-pulse')?.stop()
    for (const name of PROGRAMS) if (!this.#running.get(name)?.isRunning) await this.#start(name)
    await addDevices(this.#running.get('wireplumber')!, this.env)
    if (!this.#quietRoom || this.#room?.isPlaying) return
    this.#room = await playInto(MIC_FEED_SINK, quietNoise(), { env: this.env, loop: true })
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.values(), this.#room].map((one) => one?.stop()))
  }

  /** Starts a program. Resolves when it is ready for the next one. */
  async #start(name: Program): Promise<HelperProcess> {
    const folder = this.#folder
    const bus = [`--config-file=${join(folder, 'bus.conf')}`, '--nofork', '--nopidfile']
    const args = name === 'dbus-daemon' ? [...bus, '--print-address=3'] : []
    const helper = await startHelper(name, args, {
      env: serverEnv(folder),
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    })
    this.#running.set(name, helper)
    if (name === 'dbus-daemon')
      await untilReady(helper, once(helper.child.stdio[3] as Readable, 'data'))
    if (name === 'pipewire') await untilAccepting(helper, join(folder, 'pipewire-0'))
    if (name === 'pipewire-pulse') await untilAccepting(helper, join(folder, 'pulse', 'native'))
    return helper
  }
}

async function writeSettings(folder: string): Promise<void> {
  await mkdir(join(folder, 'pulse'), { mode: 0o700, recursive: true })
  await writeFile(join(folder, 'bus.conf'), busConfig(join(folder, 'bus')))
  for (const [name, text] of Object.entries(NO_HARDWARE)) {
    const path = join(folder, 'config', 'wireplumber', name)
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, text)
  }
}

/** Adds the devices that are not there. Resolves when they are the default ones and deliver. */
async function addDevices(manager: HelperProcess, env: NodeJS.ProcessEnv): Promise<void> {
  const loaded = await pactl(env, 'list', 'short', 'modules')
  for (const [name, device, ...settings] of MODULES)
    if (!loaded.includes(`\t${name}\t${device}`))
      await pactl(env, 'load-module', name, device, ...settings)
  const waiting = new AbortController()
  await untilReady(manager, chosen(env, waiting.signal)).finally(() => waiting.abort())
  await Promise.all([
    untilDelivering(MIC_SOURCE, env),
    untilDelivering(`${SPEAKER_SINK}.monitor`, env),
  ])
}

/** Makes the devices the default ones, which is possible as soon as the session manager is up. */
async function chosen(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  const isChosen = async (): Promise<boolean> => {
    await pactl(env, 'set-default-sink', SPEAKER_SINK)
    await pactl(env, 'set-default-source', MIC_SOURCE)
    const info = await pactl(env, 'info')
    return info.includes(`Sink: ${SPEAKER_SINK}\n`) && info.includes(`Source: ${MIC_SOURCE}\n`)
  }
  while (!signal.aborted && !(await isChosen().catch(() => false)))
    await new Promise((resolve) => setTimeout(resolve, 20))
}
