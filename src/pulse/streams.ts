import type { PulseConnection } from './connection.ts'
import { COMMAND, NONE } from './protocol.ts'
import {
  bool,
  fullVolume,
  properties,
  type SoundFormat,
  soundFormat,
  text,
  u8,
  u32,
} from './tagstruct.ts'

const SAMPLE_BYTES = 2

/** A stream that exists at the server. */
export interface PulseStream {
  /** Its number in packets of sound and in messages to this client. */
  channel: number
  /** Its index at the server. */
  index: number
  /** The name of the device it is connected to; null when it is not connected yet. */
  device: string | null
}

/** How to create a stream. */
export interface StreamOptions {
  /** The name of the source or sink. */
  device: string
  format: SoundFormat
  /** How much sound the server hands over at once, if it can choose, ms. */
  blockMs: number
  properties: Readonly<Record<string, string>>
}

/**
 * Properties by which PipeWire uses the named device or none, and the volume that we ask for.
 * Without them it uses the default device when the named one is missing, another one when it goes
 * away, and the volume that somebody has once set for this program. Its sum of two channels would
 * be too loud without the last one. PulseAudio ignores them.
 */
const ONLY_THIS_DEVICE = {
  'node.dont-reconnect': 'true',
  'node.dont-fallback': 'true',
  'state.restore-props': 'false',
  'channelmix.normalize': 'true',
}

function bytesOf(ms: number, { rate, channels }: SoundFormat): number {
  return Math.round((rate * ms) / 1_000) * channels * SAMPLE_BYTES
}

/** The flags of every stream: the format is converted, and the device never changes. */
const FLAGS = [
  // No remapping, no remixing, and a format, rate and channel count of the server: all off.
  ...[bool(false), bool(false), bool(false), bool(false), bool(false)],
  // DONT_MOVE: the stream ends when its device goes away, and nobody can move it.
  bool(true),
  // No variable rate.
  bool(false),
]

/**
 * Captures from a source, at full volume. Never moves to another source: the server ends the stream
 * when its source goes away. `created` is called before the first sound is delivered. Rejects with
 * PulseError.
 */
export function createRecordStream(
  connection: PulseConnection,
  options: StreamOptions,
  created: (stream: PulseStream) => void,
): Promise<PulseStream> {
  const { format } = options
  const args = [
    ...[soundFormat(format), u32(NONE), text(options.device)],
    // As much as the server allows waits for us; it is not corked.
    ...[u32(NONE), bool(false), u32(bytesOf(options.blockMs, format))],
    ...FLAGS,
    // No peak detection; the latency of the source follows the size of a block.
    ...[bool(false), bool(true)],
    ...[properties({ ...ONLY_THIS_DEVICE, ...options.properties }), u32(NONE)],
    // Early requests, no auto-suspend, failure on suspend: all off. No further formats.
    ...[bool(false), bool(false), bool(false), u8(0)],
    // The volume and the mute that we ask for, in place of restored ones. The volume is relative:
    // with flat volumes, an absolute one would change the device's own. No pass-through.
    ...[fullVolume(format.channels), bool(false), bool(true), bool(true), bool(true), bool(false)],
  ]
  return connection.request(COMMAND.createRecordStream, args, (reply) => {
    const [channel, index] = [reply.u32(), reply.u32()]
    // The length and the block that the server has chosen.
    reply.u32()
    reply.u32()
    reply.skipSoundFormat()
    reply.u32()
    const stream = { channel, index, device: reply.text() }
    created(stream)
    return stream
  })
}

/**
 * Plays into a sink, as soon as the sound of one block has been sent. Rejects with PulseError.
 */
export function createPlaybackStream(
  connection: PulseConnection,
  options: StreamOptions,
): Promise<PulseStream> {
  const { format } = options
  const args = [
    ...[soundFormat(format), u32(NONE), text(options.device)],
    // As much as the server allows may be sent; it is not corked. The target length; what is sent
    // before it plays, and requests, as the server likes; not synchronised with other streams.
    ...[u32(NONE), bool(false), u32(bytesOf(options.blockMs, format))],
    ...[u32(NONE), u32(NONE), u32(0)],
    fullVolume(format.channels),
    ...FLAGS,
    // Not muted; the latency of the sink follows the target length.
    ...[bool(false), bool(true), properties({ ...ONLY_THIS_DEVICE, ...options.properties })],
    // No volume of our own: with flat volumes it would change the sink's. All other flags are off.
    ...[bool(false), bool(false), bool(false), bool(false), bool(false), bool(false), bool(false)],
    // No further formats.
    u8(0),
  ]
  return connection.request(COMMAND.createPlaybackStream, args, (reply) => {
    const [channel, index] = [reply.u32(), reply.u32()]
    // The bytes that it asks for, and the four lengths that the server has chosen.
    for (let numbers = 5; numbers > 0; numbers--) reply.u32()
    reply.skipSoundFormat()
    reply.u32()
    return { channel, index, device: reply.text() }
  })
}
