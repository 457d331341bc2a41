import { ValueReader, ValueWriter, Variant } from './value.ts'

const LITTLE_ENDIAN = 0x6c
const PROTOCOL = 1
const TYPES = { call: 1, reply: 2, error: 3, signal: 4 } as const
const FIELD = {
  ...{ path: 1, interface: 2, member: 3, errorName: 4 },
  ...{ replySerial: 5, destination: 6, signature: 8 },
} as const
const HEAD_BYTES = 16
/** Larger than any message to the recorder; the specification allows 128 MiB. */
const MESSAGE_MAX_BYTES = 1_048_576

/** A call of a method: the object, the method, and its arguments. */
export interface MethodCall {
  destination: string
  path: string
  interface: string
  member: string
  /** The types of the arguments; without it there are none. */
  signature?: string
  args?: readonly unknown[]
}

/** A message from the bus. Fields that its kind does not have are undefined. */
export interface BusMessage {
  bytes: Buffer
  kind: keyof typeof TYPES | undefined
  /** The serial of the call that it answers. */
  replySerial: number | undefined
  errorName: string | undefined
  path: string | undefined
  interface: string | undefined
  member: string | undefined
  /** The connection that it is for; undefined for a signal to everybody. */
  destination: string | undefined
  args: unknown[]
}

/** Encodes a call of a method. `serial` names it in its reply, and is not 0. */
export function encodeCall(call: MethodCall, serial: number): Buffer {
  const { signature = '', args = [] } = call
  const body = new ValueWriter()
  body.writeAll(signature, args)
  const head = new ValueWriter()
  head.writeAll('yyyyuu', [LITTLE_ENDIAN, TYPES.call, 0, PROTOCOL, body.bytes.length, serial])
  head.write('a(yv)', [
    [FIELD.path, new Variant('o', call.path)],
    [FIELD.interface, new Variant('s', call.interface)],
    [FIELD.member, new Variant('s', call.member)],
    [FIELD.destination, new Variant('s', call.destination)],
    ...(signature === '' ? [] : [[FIELD.signature, new Variant('g', signature)]]),
  ])
  head.align(8)
  return Buffer.concat([head.bytes, body.bytes])
}

/**
 * Reads the message at the start of `bytes`; undefined when it is not complete. Throws RangeError
 * when it is none, or larger than 1 MiB.
 */
export function readMessage(bytes: Buffer): BusMessage | undefined {
  if (bytes.length < HEAD_BYTES) return undefined
  // Every bus of this computer answers in the byte order of the call.
  if (bytes[0] !== LITTLE_ENDIAN || bytes[3] !== PROTOCOL)
    throw new RangeError('not a message of D-Bus')
  const fieldsEnd = HEAD_BYTES + bytes.readUInt32LE(12)
  const bodyStart = fieldsEnd + (-fieldsEnd & 7)
  const end = bodyStart + bytes.readUInt32LE(4)
  if (end > MESSAGE_MAX_BYTES) throw new RangeError('a message of D-Bus that is too large')
  if (bytes.length < end) return undefined
  const list = new ValueReader(bytes.subarray(0, fieldsEnd), 12).read('a(yv)')
  const fields = new Map(list as [number, unknown][])
  const kinds = Object.entries(TYPES) as [keyof typeof TYPES, number][]
  const signature = (fields.get(FIELD.signature) ?? '') as string
  const text = (field: number) => fields.get(field) as string | undefined
  return {
    bytes: bytes.subarray(0, end),
    kind: kinds.find(([, type]) => type === bytes[1])?.[0],
    replySerial: fields.get(FIELD.replySerial) as number | undefined,
    errorName: text(FIELD.errorName),
    path: text(FIELD.path),
    interface: text(FIELD.interface),
    member: text(FIELD.member),
    destination: text(FIELD.destination),
    args: new ValueReader(bytes.subarray(bodyStart, end)).readAll(signature),
  }
}
