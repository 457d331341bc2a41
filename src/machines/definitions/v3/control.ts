import type { MachineDefinition } from '../definition.ts'

/** The control machine in version 3. */
export const control: MachineDefinition = {
  name: 'control',
  initial: 'unclaimed',
  entry: [],
  invoke: [],
  transitions: [],
  states: [
    {
      name: 'unclaimed',
      initial: null,
      entry: [],
      invoke: [],
      transitions: [
        { event: 'recording.start', target: null, guard: null, actions: ['permit'] },
        { event: 'control.claimedByApi', target: 'heldByApi', guard: null, actions: [] },
        { event: 'control.claimedByUi', target: 'heldByUi', guard: null, actions: [] },
      ],
      states: [],
    },
    {
      name: 'heldByApi',
      initial: 'capturing',
      entry: [],
      invoke: [],
      transitions: [
        { event: 'track.start', target: null, guard: 'fromApi', actions: ['permit'] },
        { event: 'track.stop', target: null, guard: 'fromApi', actions: ['permit'] },
        { event: 'track.pause', target: null, guard: 'fromApi', actions: ['permit'] },
        { event: 'track.resume', target: null, guard: 'fromApi', actions: ['permit'] },
        { event: 'recording.close', target: null, guard: 'fromApi', actions: ['permit'] },
        { event: 'recording.consent', target: null, guard: null, actions: ['permit'] },
        { event: 'recording.tag', target: null, guard: 'fromApi', actions: ['permit'] },
        { event: 'recording.startFailed', target: 'released', guard: null, actions: [] },
        { event: 'recording.closed', target: 'released', guard: null, actions: [] },
      ],
      states: [
        {
          name: 'capturing',
          initial: null,
          entry: [],
          invoke: [],
          transitions: [
            { event: 'recording.start', target: null, guard: 'fromApi', actions: ['permit'] },
            {
              event: 'recording.wrapUpStarted',
              target: 'heldByApi.wrapUp',
              guard: null,
              actions: [],
            },
          ],
          states: [],
        },
        {
          name: 'wrapUp',
          initial: null,
          entry: [],
          invoke: [],
          transitions: [
            { event: 'recording.start', target: null, guard: null, actions: ['permit'] },
          ],
          states: [],
        },
      ],
    },
    {
      name: 'heldByUi',
      initial: 'capturing',
      entry: [],
      invoke: [],
      transitions: [
        { event: 'track.start', target: null, guard: 'fromUi', actions: ['permit'] },
        { event: 'track.stop', target: null, guard: 'fromUi', actions: ['permit'] },
        { event: 'track.pause', target: null, guard: 'fromUi', actions: ['permit'] },
        { event: 'track.resume', target: null, guard: 'fromUi', actions: ['permit'] },
        { event: 'recording.close', target: null, guard: 'fromUi', actions: ['permit'] },
        { event: 'recording.consent', target: null, guard: null, actions: ['permit'] },
        { event: 'recording.tag', target: null, guard: null, actions: ['permit'] },
        { event: 'recording.startFailed', target: 'released', guard: null, actions: [] },
        { event: 'recording.closed', target: 'released', guard: null, actions: [] },
      ],
      states: [
        {
          name: 'capturing',
          initial: null,
          entry: [],
          invoke: [],
          transitions: [
            { event: 'recording.start', target: null, guard: 'fromUi', actions: ['permit'] },
            {
              event: 'recording.wrapUpStarted',
              target: 'heldByUi.wrapUp',
              guard: null,
              actions: [],
            },
          ],
          states: [],
        },
        {
          name: 'wrapUp',
          initial: null,
          entry: [],
          invoke: [],
          transitions: [
            { event: 'recording.start', target: null, guard: null, actions: ['permit'] },
          ],
          states: [],
        },
      ],
    },
    {
      name: 'released',
      initial: null,
      entry: [],
      invoke: [],
      transitions: [
        { event: 'recording.start', target: null, guard: null, actions: ['permit'] },
        { event: 'track.start', target: null, guard: null, actions: ['permit'] },
        { event: 'track.stop', target: null, guard: null, actions: ['permit'] },
        { event: 'track.pause', target: null, guard: null, actions: ['permit'] },
        { event: 'track.resume', target: null, guard: null, actions: ['permit'] },
        { event: 'recording.tag', target: null, guard: null, actions: ['permit'] },
        { event: 'recording.close', target: null, guard: null, actions: ['permit'] },
      ],
      states: [],
    },
  ],
}
