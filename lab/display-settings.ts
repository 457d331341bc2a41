/**
 * What a control panel does to an X display: its size and its monitors (RandR 1.5). Xvfb has one
 * output, and can be made smaller than it began.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import { Splitter } from '../src/media/splitter.ts'
import {
  hello,
  type Message,
  pair,
  readMessage,
  readWelcome,
  request,
  rootOf,
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

/** The settings of one display. Each resolves when the server has done it. */
export interface DisplaySettings {
  setMonitor(name: string, area: Rectangle, options?: { primary?: boolean }): Promise<void>
  removeMonitor(name: string): Promise<void>
  /** At most as large as it began. */
  resize(width: number, height: number): Promise<void>
  close(): void
}

/** Connects to a local display that lets everybody in. */
export async function openDisplaySettings(display: string): Promise<DisplaySettings> {
  const socket = connect(`/tmp/.X11-unix/X${display.replace(':', '')}`)
  await once(socket, 'connect')
  socket.on('error', () => {})
  socket.write(hello({ name: '', data: Buffer.alloc(0) }))
  let held = Buffer.alloc(0)
  let welcome: ReturnType<typeof readWelcome>
  while (welcome === undefined) {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    held = Buffer.concat([held, chunk])
    welcome = readWelcome(held)
  }
  const root = rootOf(welcome.body, 0)!

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
  /** The reply to the last of the requests, or the first error. */
  function ask(...requests: Buffer[]): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      waiting.push({ resolve: ({ bytes }) => resolve(bytes), reject })
      socket.write(Buffer.concat(requests))
    })
  }
  /** For requests without a reply: one that has, behind them. */
  const act = async (...requests: Buffer[]): Promise<void> =>
    void (await ask(...requests, request(GET_INPUT_FOCUS, 0)))
  const named = (name: string): (number | Buffer)[] => [pair(name.length, 0), Buffer.from(name)]
  const atom = async (name: string): Promise<number> =>
    (await ask(request(INTERN_ATOM, 0, ...named(name)))).readUInt32LE(8)

  const opcode = (await ask(request(QUERY_EXTENSION, 0, ...named('RANDR'))))[9]!
  await ask(request(opcode, RANDR.queryVersion, 1, 5))
  const resources = await ask(request(opcode, RANDR.resources, root))
  const crtcs = resources.readUInt16LE(16)
  const [crtc, output] = [resources.readUInt32LE(32), resources.readUInt32LE(32 + 4 * crtcs)]
  let outputOwner: string | undefined
  const known = new Set<string>()

  return {
    async setMonitor(name, { x, y, width, height }, { primary = false } = {}) {
      // A monitor of the only output takes the place of the one that the server makes up.
      outputOwner ??= name
      const outputs = outputOwner === name ? [output] : []
      const size = [pair(width, height), width * MM_PER_PIXEL, height * MM_PER_PIXEL]
      const flags = pair(primary ? 1 : 0, outputs.length)
      const monitor = [await atom(name), flags, pair(x, y), ...size, ...outputs]
      const replaced = known.has(name)
        ? [request(opcode, RANDR.deleteMonitor, root, await atom(name))]
        : []
      known.add(name)
      // Nobody sees what is between the two.
      const change = [...replaced, request(opcode, RANDR.setMonitor, root, ...monitor)]
      await act(request(GRAB_SERVER, 0), ...change, request(UNGRAB_SERVER, 0))
    },
    async removeMonitor(name) {
      if (outputOwner === name) outputOwner = undefined
      known.delete(name)
      await act(request(opcode, RANDR.deleteMonitor, root, await atom(name)))
    },
    async resize(width, height) {
      // An output may not be larger than its screen: it is switched off, as for a change of mode.
      await ask(request(opcode, RANDR.setCrtcConfig, crtc, 0, 0, 0, 0, ROTATE_0))
      const millimetres = [width * MM_PER_PIXEL, height * MM_PER_PIXEL]
      await act(request(opcode, RANDR.setScreenSize, root, pair(width, height), ...millimetres))
    },
    close: () => socket.destroy(),
  }
}
