import { assign, fromCallback, setup } from 'xstate'
import type { EventData } from '../contract/events.ts'
import type { RecordingType } from '../contract/media.ts'
import { type Quality, resolveQuality } from '../contract/quality.ts'
import type { ProposedCommand } from './control-machine.ts'

/** The facts that change the state of a recording. */
export type SessionFact =
  | ({ type: 'recording.starting' } & Pick<
      EventData['recording.starting'],
      'recordingType' | 'wrapUpSeconds' | 'endsBy' | 'quality'
    >)
  | { type: 'recording.started' }
  | { type: 'recording.startFailed' }
  | { type: 'recording.paused' }
  | { type: 'recording.resumed' }
  | { type: 'recording.interrupted' }
  | { type: 'recording.wrapUpStarted'; endsAt: string }
  | { type: 'recording.closed' }

/** The context of the session machine, assigned from facts. */
export interface SessionContext {
  recordingType: RecordingType
  quality: Quality
  wrapUpSeconds: number
  /** When the recording reaches its maximum duration and is ended (RFC 3339). */
  endsBy: string
  /** When the wrap-up ends (RFC 3339); empty before it. */
  endsAt: string
}

/**
 * Input of a clock actor: when to fire (RFC 3339); empty: never.
 */
export interface ClockInput {
  at: string
}

/** A message to a clock actor: fire at another time (RFC 3339). */
export interface ClockRequest {
  type: 'clock.set'
  at: string
}

const permit = { actions: 'permit' } as const

/**
 * The lifecycle of one recording: starting (unconfirmed) → active ⇄ paused → wrapUp → closed. Its
 * tracks determine whether it is active or paused, and a fact says so. The clocks only report.
 */
export const sessionMachine = setup({
  types: { context: {} as SessionContext, events: {} as ProposedCommand | SessionFact },
  actors: {
    durationClock: fromCallback<ClockRequest, ClockInput>(() => {}),
    wrapUpClock: fromCallback<ClockRequest, ClockInput>(() => {}),
  },
  actions: {
    permit: () => {},
    reportClockFailure: () => {},
    assignStart: assign(({ context, event }) =>
      event.type === 'recording.starting'
        ? {
            recordingType: event.recordingType,
            quality: event.quality ?? resolveQuality(),
            wrapUpSeconds: event.wrapUpSeconds,
            endsBy: event.endsBy,
          }
        : context,
    ),
    assignWrapUp: assign(({ context, event }) =>
      event.type === 'recording.wrapUpStarted' ? { endsAt: event.endsAt } : context,
    ),
  },
}).createMachine({
  id: 'session',
  context: {
    recordingType: 'both',
    quality: resolveQuality(),
    wrapUpSeconds: 0,
    endsBy: '',
    endsAt: '',
  },
  initial: 'absent',
  states: {
    absent: {
      on: {
        'recording.start': permit,
        'recording.starting': { target: 'capturing', actions: 'assignStart' },
      },
    },
    capturing: {
      initial: 'starting',
      invoke: {
        src: 'durationClock',
        id: 'durationClock',
        input: ({ context }) => ({ at: context.endsBy }),
        onError: { actions: 'reportClockFailure' },
      },
      on: {
        'track.start': permit,
        'track.stop': permit,
        'track.pause': permit,
        'track.resume': permit,
        'recording.tag': permit,
        'recording.consent': permit,
        'recording.interrupted': { actions: 'permit' },
        'recording.wrapUpStarted': { target: 'wrapUp', actions: 'assignWrapUp' },
      },
      states: {
        starting: {
          on: { 'recording.started': 'active', 'recording.startFailed': '#session.rolledBack' },
        },
        active: { on: { 'recording.paused': 'paused' } },
        paused: { on: { 'recording.resumed': 'active' } },
      },
    },
    wrapUp: {
      invoke: {
        src: 'wrapUpClock',
        id: 'wrapUpClock',
        input: ({ context }) => ({ at: context.endsAt }),
        onError: { actions: 'reportClockFailure' },
      },
      on: {
        'recording.start': permit,
        'recording.tag': permit,
        'recording.close': permit,
        'recording.consent': permit,
        'recording.closed': 'closed',
      },
    },
    closed: {},
    /** The start was rolled back. Clients never see the recording. */
    rolledBack: { on: { 'recording.start': permit } },
  },
})
