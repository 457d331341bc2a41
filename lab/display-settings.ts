/**
 * Changes the size and the monitors of an X display (RandR 1.5), as a control panel does. Xvfb has
 * one output and can be made smaller than its first size.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import { Splitter } from '../src/media/splitter.ts'
import {
  encodeRequest,
  encodeSetup,
  type Message,
  pair,
  readMessage,
  readSetupReply,
  rootWindow,
} from '../src/x11/wire.ts'
import type { Rectangle } from './x11-client.ts'

const INTERN_ATOM = 16
const GRAB_SERVER = 36
const UNGRAB_SERVER = 37
const GET_INPUT_FOCUS = 43
const QUERY_EXTENSION = 98
const RANDR = {
  queryVersion: 0,
  setScreenSize: 7,
  setCrtcConfig: 21,
  resources: 25,
  setMonitor: 43,
  deleteMonitor: 44,
}
const MM_PER_PIXEL = 0.25
const ROTATE_0 = 1

/** The settings of one display. Each change resolves when the server has made it. */
export interface DisplaySettings {
  setMonitor(name: string, area: Rectangle, options?: { primary?: boolean }): Promise<void>
  removeMonitor(name: string): Promise<void>
  /** Changes the size of the screen, at most to its first size. */
  resize(width: number, height: number): Promise<void>
  close(): void
}

/** Connects to a local display that accepts every client. */
export async function openDisplaySettings(display: string): Promise<DisplaySettings> {
  const { root, query, close } = await connectTo(display)
  /**
   * Sends requests without a reply, and one with a reply behind them to know when they are done.
   */
  const execute = async (...requests: Buffer[]): Promise<void> =>
    void (await query(...requests, encodeRequest(GET_INPUT_FOCUS, 0)))
  const named = (name: string): (number | Buffer)[] => [pair(name.length, 0), Buffer.from(name)]
  const atom = async (name: string): Promise<number> =>
    (await query(encodeRequest(INTERN_ATOM, 0, ...named(name)))).readUInt32LE(8)

  const opcode = (await query(encodeRequest(QUERY_EXTENSION, 0, ...named('RANDR'))))[9]!
  await query(encodeRequest(opcode, RANDR.queryVersion, 1, 5))
  const resources = await query(encodeRequest(opcode, RANDR.resources, root))
  const crtcs = resources.readUInt16LE(16)
  const [crtc, output] = [resources.readUInt32LE(32), resources.readUInt32LE(32 + 4 * crtcs)]
  let outputOwner: string | undefined
  const known = new Set<string>()

  return {
    async setMonitor(name, { x, y, width, height }, { primary = false } = {}) {
      // A monitor of the only output replaces the one that the server makes up.
      outputOwner ??= name
      const outputs = outputOwner === name ? [output] : []
      const size = [pair(width, height), width * MM_PER_PIXEL, height * MM_PER_PIXEL]
      const flags = pair(primary ? 1 : 0, outputs.length)
      const monitor = [await atom(name), flags, pair(x, y), ...size, ...outputs]
      const replaced = known.has(name)
        ? [encodeRequest(opcode, RANDR.deleteMonitor, root, await atom(name))]
        : []
      known.add(name)
      // The grab hides the state between the two requests from other clients.
      const change = [...replaced, encodeRequest(opcode, RANDR.setMonitor, root, ...monitor)]
      await execute(encodeRequest(GRAB_SERVER, 0), ...change, encodeRequest(UNGRAB_SERVER, 0))
    },
    async removeMonitor(name) {
      if (outputOwner === name) outputOwner = undefined
      known.delete(name)
      await execute(encodeRequest(opcode, RANDR.deleteMonitor, root, await atom(name)))
    },
    async resize(width, height) {
      // An output may not be larger than its screen, so it is switched off, as for a change of
      // mode.
      await query(encodeRequest(opcode, RANDR.setCrtcConfig, crtc, 0, 0, 0, 0, ROTATE_0))
      const millimetres = [width * MM_PER_PIXEL, height * MM_PER_PIXEL]
      await execute(
        encodeRequest(opcode, RANDR.setScreenSize, root, pair(width, height), ...millimetres),
      )
    },
    close,
  }
}

/** A connection to an X server. */
interface Connection {
  readonly root: number
  /** Sends requests. Resolves with the reply to the last one, or rejects with the first error. */
  query(...requests: Buffer[]): Promise<Buffer>
  close(): void
}

async function connectTo(display: string): Promise<Connection> {
  const socket = connect(`/tmp/.X11-unix/X${display.replace(':', '')}`)
  await once(socket, 'connect')
  socket.on('error', () => {})
  socket.write(encodeSetup({ name: '', data: Buffer.alloc(0) }))
  let received = Buffer.alloc(0)
  let welcome: ReturnType<typeof readSetupReply>
  while (welcome === undefined) {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    received = Buffer.concat([received, chunk])
    welcome = readSetupReply(received)
  }
  const root = rootWindow(welcome.body, 0)!

  const messages = new Splitter(readMessage)
  const waiting: { resolve: (message: Message) => void; reject: (error: Error) => void }[] = []
  socket.on('data', (chunk: Buffer) => {
    for (const message of messages.push(chunk)) {
      if (message.kind === 'reply') waiting.shift()?.resolve(message)
      if (message.kind === 'error')
        waiting.shift()?.reject(new Error(`X error ${message.bytes[1]}`))
    }
  })
  socket.once('close', () => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`display ${display} is gone`))
  })
  function query(...requests: Buffer[]): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      waiting.push({ resolve: ({ bytes }) => resolve(bytes), reject })
      socket.write(Buffer.concat(requests))
    })
  }
  return { root, query, close: () => socket.destroy() }
}
