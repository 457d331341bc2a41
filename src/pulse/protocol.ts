/**
 * The numbers of the PulseAudio native protocol that the recorder needs (PulseAudio 16,
 * `pulsecore/native-common.h`, `pulse/def.h`).
 */

/**
 * The version that we speak. A server answers in the version of its client; PulseAudio 11 and
 * later and every pipewire-pulse know this one.
 */
export const PROTOCOL_VERSION = 32

/** Commands of both sides. */
export const COMMAND = {
  error: 0,
  reply: 2,
  createPlaybackStream: 3,
  createRecordStream: 5,
  auth: 8,
  setClientName: 9,
  getServerInfo: 20,
  getSinkInfoList: 22,
  getSourceInfoList: 24,
  getSourceOutputInfo: 31,
  subscribe: 35,
  recordStreamKilled: 65,
  subscribeEvent: 66,
  recordStreamMoved: 79,
} as const

/** Stands for no index, and is the tag of messages that answer nothing. */
export const NONE = 0xffff_ffff

/** Which changes a client wants to know of; bits that are combined. */
export const SUBSCRIPTION = { sink: 0x1, source: 0x2, sourceOutput: 0x8, server: 0x80 } as const

/** The kind of thing that a subscription's event is about, in its low bits. */
export const EVENT = { kindMask: 0xf, sourceOutput: 3 } as const

/** The error of a device or stream that does not exist. */
export const NO_ENTITY = 5

/** The meaning of the server's errors, by their number, in the words of libpulse. */
const ERRORS: Readonly<Record<number, string>> = {
  1: 'Access denied',
  3: 'Invalid argument',
  [NO_ENTITY]: 'No such entity',
  7: 'Protocol error',
  12: 'Entity killed',
  15: 'Bad state',
  17: 'Incompatible protocol version',
  19: 'Not supported',
  26: 'Device or resource busy',
}

/** The meaning of an error of the server. */
export function errorText(code: number): string {
  return ERRORS[code] ?? `Error ${code}`
}
