import { once } from 'node:events'
import { connect } from 'node:net'
import { type HelperProcess, startHelper, untilReady } from './helper-process.ts'

/** Name of the virtual speaker's sink. Its source `speaker.monitor` delivers the sound it plays. */
export const SPEAKER_SINK = 'speaker'
/** Name of the virtual microphone's source. */
export const MIC_SOURCE = 'microphone'
/** Name of the sink that feeds the virtual microphone. */
export const MIC_FEED_SINK = 'microphone_feed'

/** The sound servers that a lab can start. */
export const SOUND_SERVERS = ['pulseaudio', 'pipewire'] as const

/** A sound server that a lab can start. */
export type SoundServerName = (typeof SOUND_SERVERS)[number]

/**
 * The sound server of a lab that does not care: `F2F_LAB_SOUND`, or else PulseAudio. Throws when
 * the variable names none.
 */
export function defaultSoundServer(): SoundServerName {
  const wanted = process.env.F2F_LAB_SOUND || 'pulseaudio'
  const found = SOUND_SERVERS.find((name) => name === wanted)
  if (found === undefined)
    throw new Error(`F2F_LAB_SOUND is ${wanted}. Use ${SOUND_SERVERS.join(' or ')}.`)
  return found
}

/** A private sound server with a speaker and a microphone. */
export interface SoundServer {
  /** Environment of its clients. */
  env: NodeJS.ProcessEnv
  /** Process ids of its programs by name, without the message bus. */
  readonly programs: Readonly<Record<string, number>>
  /** The process that its clients speak to. */
  readonly pid: number
  /**
   * Starts those of its programs again that have ended, as the service manager of a desktop does,
   * and adds the devices that are gone. Resolves when both devices deliver samples.
   */
  revive(): Promise<void>
  stop(): Promise<void>
}

/** Resolves when a client can connect to the socket of a server; rejects when the server ends. */
export async function untilAccepting(server: HelperProcess, socket: string): Promise<void> {
  const waiting = new AbortController()
  await untilReady(server, connectable(socket, waiting.signal)).finally(() => waiting.abort())
}

async function connectable(socket: string, signal: AbortSignal): Promise<void> {
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

/** Resolves when a source delivers samples. */
export async function untilDelivering(source: string, env: NodeJS.ProcessEnv): Promise<void> {
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
