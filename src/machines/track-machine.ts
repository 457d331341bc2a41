import { assign, fromCallback, sendTo, setup } from 'xstate'
import type { Device } from '../contract/media.ts'
import type { ProposedCommand } from './control-machine.ts'
import type { ClockInput, ClockRequest } from './session-machine.ts'

/** The facts that change the state of a track. */
export type TrackFact =
  | { type: 'track.starting' | 'track.resuming'; segment: number; device: Device }
  | { type: 'track.started' | 'track.resumed' | 'track.recovered'; segment: number }
  | { type: 'track.pausing'; segment: number; cutAt: string; overdueAt?: string; reason?: string }
  | {
      type: 'track.stopping'
      segment: number
      cutAt: string
      reason: 'command' | 'reverted' | 'storageFull'
    }
  | { type: 'track.paused' | 'track.stopped' | 'track.failed' }
  | { type: 'track.pauseLimited'; overdueAt: string }
  | { type: 'track.recovering'; segment: number; giveUpAt: string }

/** The context of the track machine, assigned from facts. */
export interface TrackContext {
  /** The newest segment's number; 0 before the first. */
  segment: number
  device: Device | null
  /** Whether a resume began the newest segment. */
  resuming: boolean
  /** Until when a recovering track tries again (RFC 3339). */
  giveUpAt: string
  /** The cut of the newest segment (RFC 3339); empty while it is captured. */
  cutAt: string
  /** When the pause exceeds its limit (RFC 3339); empty where it has none. */
  overdueAt: string
  /** Why the newest segment was stopped. */
  stoppedBy: 'command' | 'reverted' | 'storageFull'
}

/** A message from the machine to its capture actor. */
export type CaptureRequest =
  | { type: 'capture.open'; segment: number; device: Device | null; retryUntil: string }
  | { type: 'capture.cut'; segment: number; at: string; discard: boolean }

const permit = { actions: 'permit' } as const
const cuts = {
  'track.pausing': { target: 'pausing', actions: 'assignCut' },
  'track.stopping': { target: 'stopping', actions: 'assignCut' },
} as const
const stops = { 'track.stopped': 'stopped' } as const

/**
 * The lifecycle of one track. `pausing` and `stopping` last from the cut until the processes are
 * gone. Clients see `paused` and `stopped`, since nothing is captured any more.
 *
 * The capture actor lives as long as the machine. It gets a message when a state is entered. Its
 * reports come back as facts from the log.
 */
export const trackMachine = setup({
  types: { context: {} as TrackContext, events: {} as ProposedCommand | TrackFact },
  actors: {
    capture: fromCallback<CaptureRequest>(() => {}),
    pauseClock: fromCallback<ClockRequest, ClockInput>(() => {}),
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
    assignCut: assign(({ context, event }) => {
      if (event.type === 'track.pausing')
        return { cutAt: event.cutAt, overdueAt: event.overdueAt ?? '' }
      if (event.type === 'track.stopping') return { cutAt: event.cutAt, stoppedBy: event.reason }
      return context
    }),
    assignLimit: assign(({ context, event }) =>
      event.type === 'track.pauseLimited' ? { overdueAt: event.overdueAt } : context,
    ),
    setPauseClock: sendTo('pauseClock', ({ context }) => ({
      type: 'clock.set' as const,
      at: context.overdueAt,
    })),
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
      // A reverted start keeps no media.
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
        'track.pauseLimited': { actions: 'assignLimit' },
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
        'track.pauseLimited': { actions: ['assignLimit', 'setPauseClock'] },
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
