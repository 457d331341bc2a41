import { once } from 'node:events'
import { connect } from 'node:net'
import { type HelperProcess, startHelper, untilReady } from './helper-process.ts'

/** Name of the virtual speaker's sink. Its source `speaker.monitor` delivers the sound it plays. */
export const SPEAKER_SINK = 'speaker'
/** Name of the virtual microphone's source. */
export const MIC_SOURCE = 'microphone'
/** Name of the sink that feeds the virtual microphone. */
export const MIC_FEED_SINK = 'microphone_feed'

/** A private sound server with a speaker and a microphone. */
export interface SoundServer {
  /** Environment of its clients. */
  env: NodeJS.ProcessEnv
  /** The process that its clients speak to. */
  pid: number
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
