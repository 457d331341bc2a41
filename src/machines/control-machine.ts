import { setup } from 'xstate'
import type { ClientSide, Side } from '../contract/by.ts'
import type { CommandName } from '../contract/commands.ts'

/**
 * A command that a machine is asked about with `snapshot.can`: its name and the side that gives it.
 * It is never sent.
 */
export type ProposedCommand = { type: CommandName; side: Side }

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

/** Permits commands that only the controller may give until the recording is closed. */
const controllerCommands = (controller: typeof fromApi | typeof fromUi) => ({
  'track.start': controller,
  'track.stop': controller,
  'track.pause': controller,
  'track.resume': controller,
  'recording.close': controller,
  // The customer decides, whoever controls.
  'recording.consent': permit,
})

/**
 * Tracks which side controls a recording and so whose commands are permitted. The UI can neither
 * control nor tag a recording that the API started. The API can tag a recording that the UI
 * started. Either side can start a new recording once capture is over. Commands of the recorder
 * itself (`system`) are always permitted.
 *
 * A transition for a command has no target and only the empty action `permit`: `snapshot.can` is
 * true only for a transition with a target or an action.
 */
export const controlMachine = setup({
  types: { events: {} as ProposedCommand | ControlFact },
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
        ...controllerCommands(fromApi),
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
        ...controllerCommands(fromUi),
        'recording.tag': permit,
        'recording.startFailed': 'released',
        'recording.closed': 'released',
      },
      states: {
        capturing: { on: { 'recording.start': fromUi, 'recording.wrapUpStarted': 'wrapUp' } },
        wrapUp: { on: { 'recording.start': permit } },
      },
    },
    /** No side controls the recording. The session machine refuses commands to a closed one. */
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

/** Returns the fact by which a side gets control of the recording that it starts. */
export function controlClaim(side: Side): ControlFact {
  return { type: side === 'ui' ? 'control.claimedByUi' : 'control.claimedByApi' }
}

/** Returns the error code for a command of a side that does not have control. */
export function controlHeldError(
  controller: ClientSide,
): 'CONTROL_HELD_BY_API' | 'CONTROL_HELD_BY_UI' {
  return controller === 'ui' ? 'CONTROL_HELD_BY_UI' : 'CONTROL_HELD_BY_API'
}
