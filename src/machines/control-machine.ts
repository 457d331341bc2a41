import { setup } from 'xstate'
import type { CommandName } from '../contract/commands.ts'
import type { ClientSide, Side } from '../contract/media.ts'

/**
 * A command as the machines are asked about it: which one, and from which side. It is never sent.
 */
export type AskedCommand = { type: CommandName; side: Side }

/** The facts that change who controls a recording. */
export type ControlFact =
  | { type: 'control.claimedByApi' }
  | { type: 'control.claimedByUi' }
  | { type: 'recording.wrapUpStarted' }
  | { type: 'recording.startFailed' }
  | { type: 'recording.closed' }

const permit = { actions: 'permit' } as const
const fromApi = { guard: 'fromApi', actions: 'permit' } as const
const fromUi = { guard: 'fromUi', actions: 'permit' } as const

/** Commands that only the controlling side may give until the recording is closed. */
const ownersCommands = (owner: typeof fromApi | typeof fromUi) => ({
  'track.start': owner,
  'track.stop': owner,
  'track.pause': owner,
  'track.resume': owner,
  'recording.close': owner,
})

/**
 * Which side controls a recording, and so whose commands are let through. What the API started, the
 * UI can neither control nor tag; what the UI started, the API can tag. A new recording can be
 * started by either side once capture is over. The recorder itself (`system`) is never in its own
 * way.
 *
 * A transition for a command has no target and only the empty action `permit`: commands are asked
 * about with `snapshot.can`, which wants an action to say yes.
 */
export const controlMachine = setup({
  types: { events: {} as AskedCommand | ControlFact },
  actions: { permit: () => {} },
  guards: {
    fromApi: ({ event }) => 'side' in event && event.side !== 'ui',
    fromUi: ({ event }) => 'side' in event && event.side !== 'api',
  },
}).createMachine({
  id: 'control',
  initial: 'unclaimed',
  states: {
    unclaimed: {
      on: {
        'recording.start': permit,
        'control.claimedByApi': 'heldByApi',
        'control.claimedByUi': 'heldByUi',
      },
    },
    heldByApi: {
      initial: 'capturing',
      on: {
        ...ownersCommands(fromApi),
        'recording.tag': fromApi,
        'recording.startFailed': 'released',
        'recording.closed': 'released',
      },
      states: {
        capturing: { on: { 'recording.start': fromApi, 'recording.wrapUpStarted': 'wrapUp' } },
        wrapUp: { on: { 'recording.start': permit } },
      },
    },
    heldByUi: {
      initial: 'capturing',
      on: {
        ...ownersCommands(fromUi),
        'recording.tag': permit,
        'recording.startFailed': 'released',
        'recording.closed': 'released',
      },
      states: {
        capturing: { on: { 'recording.start': fromUi, 'recording.wrapUpStarted': 'wrapUp' } },
        wrapUp: { on: { 'recording.start': permit } },
      },
    },
    /** Nobody's any more: that it is closed is for the session machine to say. */
    released: {
      on: {
        'recording.start': permit,
        'track.start': permit,
        'track.stop': permit,
        'track.pause': permit,
        'track.resume': permit,
        'recording.tag': permit,
        'recording.close': permit,
      },
    },
  },
})

/** The fact with which a side takes control of the recording that it starts. */
export function claimedBy(side: Side): ControlFact {
  return { type: side === 'ui' ? 'control.claimedByUi' : 'control.claimedByApi' }
}

/** The error that tells a side who holds control. */
export function heldBy(owner: ClientSide): 'CONTROL_HELD_BY_API' | 'CONTROL_HELD_BY_UI' {
  return owner === 'ui' ? 'CONTROL_HELD_BY_UI' : 'CONTROL_HELD_BY_API'
}
