import type { MachineDefinition } from '../definition.ts'

/** The session machine in version 3. */
export const session: MachineDefinition = {
  name: 'session',
  initial: 'absent',
  entry: [],
  invoke: [],
  transitions: [],
  states: [
    {
      name: 'absent',
      initial: null,
      entry: [],
      invoke: [],
      transitions: [
        { event: 'recording.start', target: null, guard: null, actions: ['permit'] },
        { event: 'recording.starting', target: 'capturing', guard: null, actions: ['assignStart'] },
      ],
      states: [],
    },
    {
      name: 'capturing',
      initial: 'starting',
      entry: [],
      invoke: ['durationClock'],
      transitions: [
        { event: 'track.start', target: null, guard: null, actions: ['permit'] },
        { event: 'track.stop', target: null, guard: null, actions: ['permit'] },
        { event: 'track.pause', target: null, guard: null, actions: ['permit'] },
        { event: 'track.resume', target: null, guard: null, actions: ['permit'] },
        { event: 'recording.tag', target: null, guard: null, actions: ['permit'] },
        { event: 'recording.consent', target: null, guard: null, actions: ['permit'] },
        { event: 'recording.interrupted', target: null, guard: null, actions: ['permit'] },
        {
          event: 'recording.wrapUpStarted',
          target: 'wrapUp',
          guard: null,
          actions: ['assignWrapUp'],
        },
        {
          event: 'xstate.error.actor.durationClock',
          target: null,
          guard: null,
          actions: ['reportClockFailure'],
        },
      ],
      states: [
        {
          name: 'starting',
          initial: null,
          entry: [],
          invoke: [],
          transitions: [
            { event: 'recording.started', target: 'capturing.active', guard: null, actions: [] },
            { event: 'recording.startFailed', target: 'rolledBack', guard: null, actions: [] },
          ],
          states: [],
        },
        {
          name: 'active',
          initial: null,
          entry: [],
          invoke: [],
          transitions: [
            { event: 'recording.paused', target: 'capturing.paused', guard: null, actions: [] },
          ],
          states: [],
        },
        {
          name: 'paused',
          initial: null,
          entry: [],
          invoke: [],
          transitions: [
            { event: 'recording.resumed', target: 'capturing.active', guard: null, actions: [] },
          ],
          states: [],
        },
      ],
    },
    {
      name: 'wrapUp',
      initial: null,
      entry: [],
      invoke: ['wrapUpClock'],
      transitions: [
        { event: 'recording.start', target: null, guard: null, actions: ['permit'] },
        { event: 'recording.tag', target: null, guard: null, actions: ['permit'] },
        { event: 'recording.close', target: null, guard: null, actions: ['permit'] },
        { event: 'recording.consent', target: null, guard: null, actions: ['permit'] },
        { event: 'recording.closed', target: 'closed', guard: null, actions: [] },
        {
          event: 'xstate.error.actor.wrapUpClock',
          target: null,
          guard: null,
          actions: ['reportClockFailure'],
        },
      ],
      states: [],
    },
    { name: 'closed', initial: null, entry: [], invoke: [], transitions: [], states: [] },
    {
      name: 'rolledBack',
      initial: null,
      entry: [],
      invoke: [],
      transitions: [{ event: 'recording.start', target: null, guard: null, actions: ['permit'] }],
      states: [],
    },
  ],
}
