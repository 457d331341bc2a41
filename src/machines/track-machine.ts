import { assign, type EventObject, fromCallback, sendTo, setup } from 'xstate'
import type { Device } from '../contract/media.ts'
import type { AskedCommand } from './control-machine.ts'
import type { ClockInput } from './session-machine.ts'

/** The facts that move a track through its life. */
export type TrackFact =
  | { type: 'track.starting' | 'track.resuming'; segment: number; device: Device }
  | { type: 'track.started' | 'track.resumed' | 'track.recovered'; segment: number }
  | { type: 'track.pausing'; segment: number; cutAt: string; overdueAt?: string }
  | {
      type: 'track.stopping'
      segment: number
      cutAt: string
      reason: 'command' | 'reverted' | 'storageFull'
    }
  | { type: 'track.paused' | 'track.stopped' | 'track.failed' }
  | { type: 'track.recovering'; segment: number; giveUpAt: string }

/** Context: the facts that the machine remembers. */
export interface TrackContext {
  /** The newest segment's number; 0 before the first. */
  segment: number
  device: Device | null
  /** The newest segment was begun by a resume. */
  resuming: boolean
  /** A recovering track tries until then. */
  giveUpAt: string
  /** Where the newest segment ends (RFC 3339); empty while it flows. */
  cutAt: string
  /** From then on the pause is too long (RFC 3339); empty where it may last. */
  overdueAt: string
  /** Why the newest segment was stopped. */
  stoppedBy: 'command' | 'reverted' | 'storageFull'
}

/** A message of the machine to its capture actor. */
export type CaptureMessage =
  | { type: 'capture.open'; segment: number; device: Device | null; retryUntil: string }
  | { type: 'capture.cut'; segment: number; at: string; discard: boolean }

const permit = { actions: 'permit' } as const
const cuts = {
  'track.pausing': { target: 'pausing', actions: 'rememberCut' },
  'track.stopping': { target: 'stopping', actions: 'rememberCut' },
} as const
const stops = { 'track.stopped': 'stopped' } as const

/**
 * The life of one medium of a recording. `pausing` and `stopping` last from the moment of the cut
 * until the processes are gone; to clients they are `paused` and `stopped`, since nothing is
 * captured any more.
 *
 * The capture actor lives as long as the machine; it is told what to do when a state is entered,
 * and what it reports comes back as facts from the log.
 */
export const trackMachine = setup({
  types: { context: {} as TrackContext, events: {} as AskedCommand | TrackFact },
  actors: {
    capture: fromCallback<CaptureMessage>(() => {}),
    pauseClock: fromCallback<EventObject, ClockInput>(() => {}),
  },
  actions: {
    permit: () => {},
    reportCaptureFailure: () => {},
    reportClockFailure: () => {},
    assignSegment: assign(({ context, event }) =>
      event.type === 'track.starting' || event.type === 'track.resuming'
        ? {
            segment: event.segment,
            device: event.device,
            resuming: event.type === 'track.resuming',
            giveUpAt: '',
            cutAt: '',
            stoppedBy: 'command',
          }
        : context,
    ),
    assignRetry: assign(({ context, event }) =>
      event.type === 'track.recovering'
        ? { segment: event.segment, giveUpAt: event.giveUpAt }
        : context,
    ),
    rememberCut: assign(({ context, event }) => {
      if (event.type === 'track.pausing')
        return { cutAt: event.cutAt, overdueAt: event.overdueAt ?? '' }
      if (event.type === 'track.stopping') return { cutAt: event.cutAt, stoppedBy: event.reason }
      return context
    }),
    openSegment: sendTo('capture', ({ context }) => ({
      type: 'capture.open' as const,
      segment: context.segment,
      device: context.device,
      retryUntil: context.giveUpAt,
    })),
    cutSegment: sendTo('capture', ({ context }) => ({
      type: 'capture.cut' as const,
      segment: context.segment,
      at: context.cutAt,
      // What was reverted never was.
      discard: context.stoppedBy === 'reverted',
    })),
  },
}).createMachine({
  id: 'track',
  context: {
    segment: 0,
    device: null,
    resuming: false,
    giveUpAt: '',
    cutAt: '',
    overdueAt: '',
    stoppedBy: 'command',
  },
  invoke: { src: 'capture', id: 'capture', onError: { actions: 'reportCaptureFailure' } },
  initial: 'off',
  states: {
    off: {
      on: {
        'track.start': permit,
        'track.starting': { target: 'starting', actions: 'assignSegment' },
        'track.failed': 'failed',
      },
    },
    starting: {
      entry: 'openSegment',
      on: {
        'track.stop': permit,
        'track.pause': permit,
        'track.started': 'recording',
        'track.resumed': 'recording',
        'track.failed': 'failed',
        ...cuts,
        ...stops,
      },
    },
    recording: {
      on: {
        'track.stop': permit,
        'track.pause': permit,
        'track.recovering': { target: 'recovering', actions: 'assignRetry' },
        ...cuts,
        ...stops,
      },
    },
    recovering: {
      entry: 'openSegment',
      on: {
        'track.stop': permit,
        'track.pause': permit,
        'track.recovered': 'recording',
        'track.failed': 'failed',
        ...cuts,
        ...stops,
      },
    },
    pausing: {
      entry: 'cutSegment',
      on: {
        'track.stop': permit,
        'track.resume': permit,
        'track.paused': 'paused',
        'track.stopping': cuts['track.stopping'],
        ...stops,
      },
    },
    paused: {
      invoke: {
        src: 'pauseClock',
        id: 'pauseClock',
        input: ({ context }) => ({ at: context.overdueAt }),
        onError: { actions: 'reportClockFailure' },
      },
      on: {
        'track.stop': permit,
        'track.resume': permit,
        'track.resuming': { target: 'starting', actions: 'assignSegment' },
        ...stops,
      },
    },
    stopping: { entry: 'cutSegment', on: { 'track.start': permit, ...stops } },
    stopped: {
      on: {
        'track.start': permit,
        'track.starting': { target: 'starting', actions: 'assignSegment' },
      },
    },
    failed: {
      on: {
        'track.start': permit,
        'track.stop': permit,
        'track.starting': { target: 'starting', actions: 'assignSegment' },
        ...stops,
      },
    },
  },
})
