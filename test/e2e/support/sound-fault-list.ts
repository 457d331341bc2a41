import type { RelayedConnection, SoundRelay } from '../../../lab/sound-relay.ts'
import type { VirtualDesktop } from '../../../lab/virtual-desktop.ts'
import type { Medium } from '../../../src/contract/media.ts'
import { type ObservedDaemon, oneWith } from './observed-daemon.ts'
import type { StallingFfmpeg } from './stalling-ffmpeg.ts'

/** The parts that a fault can strike. */
export interface SoundWorld {
  desktop: VirtualDesktop
  daemon: ObservedDaemon
  ffmpeg: StallingFfmpeg
  /** Between the daemon and the sound server. */
  relay: SoundRelay
}

/** A fault of sound, and how it is to be told. */
export interface SoundFault {
  what: string
  media: Medium[]
  /** Makes it happen; what it returns makes it good again, where it does not pass by itself. */
  strike(world: SoundWorld): Promise<undefined | (() => Promise<void>)>
  reason: 'deviceLost' | 'captureFailed'
  detail: RegExp
}

const captureOf = ({ daemon }: SoundWorld, text: string): number =>
  oneWith(daemon.captures(), text).pid

function connectionOf({ relay }: SoundWorld, source: string): RelayedConnection {
  const found = relay.connectionsWith(source)
  if (found.length !== 1) throw new Error(`${found.length} connections to ${source}`)
  return found[0]!
}

/** The microphone's encoder: libopus for a voice. */
const ENCODER = '-application voip'

/** Everything that can happen to sound but for its devices. */
export const SOUND_FAULTS: SoundFault[] = [
  {
    what: 'the sound server is killed',
    media: ['mic', 'speaker'],
    async strike({ desktop }) {
      process.kill(desktop.pids.pulseaudio, 'SIGKILL')
      return () => desktop.restartSound()
    },
    reason: 'deviceLost',
    detail: /has ended the connection/,
  },
  {
    what: 'the sound server is frozen',
    media: ['mic', 'speaker'],
    async strike({ desktop }) {
      process.kill(desktop.pids.pulseaudio, 'SIGSTOP')
      return async () => void process.kill(desktop.pids.pulseaudio, 'SIGCONT')
    },
    reason: 'captureFailed',
    detail: /No media have come for \d+ ms/,
  },
  {
    what: 'the sound server is restarted',
    media: ['mic', 'speaker'],
    async strike({ desktop }) {
      await desktop.restartSound()
      return undefined
    },
    reason: 'deviceLost',
    detail: /has ended the connection/,
  },
  {
    what: 'the connection to the sound server ends',
    media: ['mic'],
    async strike(world) {
      connectionOf(world, 'microphone').cut()
      return undefined
    },
    reason: 'deviceLost',
    detail: /has ended the connection/,
  },
  {
    what: 'the connection to the sound server is frozen',
    media: ['mic'],
    async strike(world) {
      connectionOf(world, 'microphone').freeze()
      return undefined
    },
    reason: 'captureFailed',
    detail: /No media have come for \d+ ms/,
  },
  {
    what: 'the encoder is killed',
    media: ['mic'],
    async strike(world) {
      process.kill(captureOf(world, ENCODER), 'SIGKILL')
      return undefined
    },
    reason: 'captureFailed',
    detail: /The encoder was ended by SIGKILL/,
  },
  {
    what: 'the encoder is frozen',
    media: ['mic'],
    async strike(world) {
      process.kill(captureOf(world, ENCODER), 'SIGSTOP')
      return undefined
    },
    reason: 'captureFailed',
    detail: /No media have come for \d+ ms/,
  },
  {
    what: 'the encoder is killed and does not start again',
    media: ['mic'],
    async strike(world) {
      world.ffmpeg.stall(ENCODER)
      process.kill(captureOf(world, ENCODER), 'SIGKILL')
      return async () => world.ffmpeg.release()
    },
    reason: 'captureFailed',
    detail: /The encoder was ended by SIGKILL/,
  },
]
