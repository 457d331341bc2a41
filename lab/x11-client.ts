import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A filled rectangle in pixels. */
export interface Rectangle {
  x: number
  y: number
  width: number
  height: number
}

/** A colour of the screen: `#rrggbb`. */
export type Color = `#${string}`

/** An X client that can only paint on the root window. */
export interface X11Client {
  readonly width: number
  readonly height: number
  /** Fills the whole screen with a colour; resolves when the server has done it. */
  fill(color: Color): Promise<void>
  /** Paints an area of the screen at once: rectangles over a background of one colour. */
  paint(
    area: Rectangle,
    background: Color,
    layers: readonly { color: Color; rectangles: readonly Rectangle[] }[],
  ): void
  close(): void
}

// Opcodes of the X Window System Protocol, X.Org version 11, appendix B.
const CHANGE_WINDOW_ATTRIBUTES = 2
const GET_INPUT_FOCUS = 43
const CREATE_PIXMAP = 53
const CREATE_GC = 55
const CHANGE_GC = 56
const CLEAR_AREA = 61
const COPY_AREA = 62
const POLY_FILL_RECTANGLE = 70
const BACK_PIXEL = 0x2
const FOREGROUND = 0x4
// Switched off: the server would answer every copy with an event that nobody reads.
const GRAPHICS_EXPOSURES = 0x10000

function request(opcode: number, ...words: number[]): Buffer {
  const buffer = Buffer.alloc(4 + 4 * words.length)
  buffer.writeUInt8(opcode, 0)
  buffer.writeUInt16LE(1 + words.length, 2)
  for (const [index, word] of words.entries()) buffer.writeUInt32LE(word >>> 0, 4 + 4 * index)
  return buffer
}

const pair = (low: number, high: number): number => ((high & 0xffff) << 16) | (low & 0xffff)
const pixel = (color: Color): number => Number.parseInt(color.slice(1), 16)

/** Reads a given number of bytes from a connection. Throws when the connection ends. */
function byteReader(socket: Socket, display: string): (length: number) => Promise<Buffer> {
  const chunks: AsyncIterator<Buffer> = socket[Symbol.asyncIterator]()
  let buffered = Buffer.alloc(0)
  return async (length) => {
    while (buffered.length < length) {
      const { value, done } = await chunks.next()
      if (done) throw new Error(`display ${display} is gone`)
      buffered = Buffer.concat([buffered, value])
    }
    const bytes = buffered.subarray(0, length)
    buffered = buffered.subarray(length)
    return bytes
  }
}

interface Screen {
  idBase: number
  root: number
  width: number
  height: number
  depth: number
}

async function handshake(
  socket: Socket,
  read: (length: number) => Promise<Buffer>,
): Promise<Screen> {
  const hello = Buffer.alloc(12)
  hello.write('l', 0, 'latin1')
  hello.writeUInt16LE(11, 2)
  socket.write(hello)
  const head = await read(8)
  const body = await read(4 * head.readUInt16LE(6))
  if (head[0] !== 1)
    throw new Error(`the display refused the connection: ${body.toString('latin1').trim()}`)
  const vendorLength = body.readUInt16LE(16)
  const formats = body.readUInt8(21)
  const screen = 32 + 4 * Math.ceil(vendorLength / 4) + 8 * formats
  return {
    idBase: body.readUInt32LE(4),
    root: body.readUInt32LE(screen),
    width: body.readUInt16LE(screen + 20),
    height: body.readUInt16LE(screen + 22),
    depth: body.readUInt8(screen + 38),
  }
}

/**
 * Connects to a display by its local socket. Resolves when the display has accepted the client. It
 * speaks the protocol itself, so that neither a start nor a colour costs a process.
 */
export async function connectX11(display: string): Promise<X11Client> {
  const socket = connect(`/tmp/.X11-unix/X${display.replace(':', '')}`)
  await once(socket, 'connect')
  const read = byteReader(socket, display)
  const screen = await handshake(socket, read)
  const gc = screen.idBase
  const canvas = screen.idBase + 1
  socket.write(
    Buffer.concat([
      request(CREATE_GC, gc, screen.root, GRAPHICS_EXPOSURES, 0),
      createPixmap(screen.depth, canvas, screen.root, screen.width, screen.height),
    ]),
  )
  // A test may kill the display. A request that needs a reply notices the closed socket.
  socket.on('error', () => {})

  function foreground(color: Color): Buffer {
    return request(CHANGE_GC, gc, FOREGROUND, pixel(color))
  }
  function rectangles(list: readonly Rectangle[]): Buffer {
    const words = list.flatMap(({ x, y, width, height }) => [pair(x, y), pair(width, height)])
    return request(POLY_FILL_RECTANGLE, canvas, gc, ...words)
  }
  const roundTrip = roundTrips(socket, read, display)
  await roundTrip(Buffer.alloc(0))

  return {
    width: screen.width,
    height: screen.height,
    fill: (color) =>
      roundTrip(
        Buffer.concat([
          request(CHANGE_WINDOW_ATTRIBUTES, screen.root, BACK_PIXEL, pixel(color)),
          request(CLEAR_AREA, screen.root, 0, 0),
        ]),
      ),
    paint(area, background, layers) {
      if (socket.destroyed) return
      const requests = [foreground(background), rectangles([area])]
      for (const layer of layers)
        requests.push(foreground(layer.color), rectangles(layer.rectangles))
      const corner = pair(area.x, area.y)
      requests.push(
        request(COPY_AREA, canvas, screen.root, gc, corner, corner, pair(area.width, area.height)),
      )
      socket.write(Buffer.concat(requests))
    },
    close: () => socket.destroy(),
  }
}

function createPixmap(
  depth: number,
  id: number,
  drawable: number,
  width: number,
  height: number,
): Buffer {
  const buffer = request(CREATE_PIXMAP, id, drawable, pair(width, height))
  buffer.writeUInt8(depth, 1)
  return buffer
}

/** Returns a function that sends requests and resolves when the server has handled them. */
function roundTrips(
  socket: Socket,
  read: (length: number) => Promise<Buffer>,
  display: string,
): (requests: Buffer) => Promise<void> {
  // One round trip at a time, so that each caller gets its own reply.
  let last: Promise<unknown> = Promise.resolve()
  return (requests) => {
    const next = last.then(async () => {
      socket.write(Buffer.concat([requests, request(GET_INPUT_FOCUS)]))
      const reply = await read(32)
      if (reply[0] === 0)
        throw new Error(`display ${display} refused a request with X error ${reply[1]}`)
    })
    last = next.catch(() => {})
    return next
  }
}
