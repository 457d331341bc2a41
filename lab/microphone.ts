import { output } from './helper-process.ts'
import { playInto, tone } from './sound.ts'

/** Another microphone at a desktop's sound server, which can be unplugged. */
export interface Microphone {
  /** Name of its source at the sound server. */
  readonly name: string
  /** Removes the microphone. The server moves its listeners to another one. */
  unplug(): Promise<void>
  /** Adds the microphone again under the same name, if it is unplugged. */
  plug(): Promise<void>
  /** Ends its sound. Its devices remain until the sound server ends. */
  stop(): Promise<void>
}

/** Runs `pactl` on a desktop's sound server and returns its output. */
export async function pactl(env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
  return (await output('pactl', args, { env: { ...process.env, ...env, LC_ALL: 'C' } }))
    .toString()
    .trim()
}

/** Adds a microphone that hears an endless tone of −10 dBFS. */
export async function addMicrophone(
  env: NodeJS.ProcessEnv,
  name: string,
  toneHz: number,
): Promise<Microphone> {
  const sink = `${name}_feed`
  await pactl(
    env,
    'load-module',
    'module-null-sink',
    `sink_name=${sink}`,
    'rate=48000',
    'channels=1',
  )
  const playback = await playInto(sink, tone({ toneHz, seconds: 1 }), { env, loop: true })
  const remap = [`source_name=${name}`, `master=${sink}.monitor`]
  const load = () => pactl(env, 'load-module', 'module-remap-source', ...remap)
  let module: string | undefined = await load()
  return {
    name,
    async unplug() {
      if (module !== undefined) await pactl(env, 'unload-module', module)
      module = undefined
    },
    async plug() {
      module ??= await load()
    },
    stop: () => playback.stop(),
  }
}
