import { output } from './helper-process.ts'
import { type Playing, playInto, tone } from './sound.ts'

/** A further microphone at a desktop's sound server, which can be unplugged. */
export interface Microphone {
  /** Its name at the sound server. */
  readonly name: string
  /** Takes it away; the server moves who was listening to another one. */
  unplug(): Promise<void>
  /** Brings it back under the same name. */
  plug(): Promise<void>
  /** Ends its sound; the server's end takes the rest. */
  stop(): Promise<void>
}

/** Runs `pactl` at a desktop's sound server. */
export async function pactl(env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
  return (await output('pactl', args, { env: { ...process.env, ...env, LC_ALL: 'C' } }))
    .toString()
    .trim()
}

/** Adds a microphone into which a tone of −10 dBFS is played without end. */
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
  const playing: Playing = await playInto(sink, tone({ toneHz, seconds: 1 }), { env, loop: true })
  const remap = [`source_name=${name}`, `master=${sink}.monitor`]
  const load = () => pactl(env, 'load-module', 'module-remap-source', ...remap)
  let module = await load()
  return {
    name,
    async unplug() {
      await pactl(env, 'unload-module', module)
    },
    async plug() {
      module = await load()
    },
    stop: () => playing.stop(),
  }
}
