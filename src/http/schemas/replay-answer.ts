import * as z from 'zod'
import { ALL_COMMANDS, type CommandName } from '../../contract/commands.ts'
import { event } from './event-answer.ts'
import { count, eachMedium, errorCode, id, medium } from './parts.ts'
import { allowedCommands, recording, track } from './recording-answer.ts'

const command = z.enum(ALL_COMMANDS as [CommandName, ...CommandName[]])
const machine = z.enum(['control', 'session', 'track'])
const path = z.string().describe('The path of a state, such as `heldByApi.capturing`')

const machineState = z.object({
  value: path,
  context: z.record(z.string(), z.unknown()).describe('What the machine remembers'),
})

const change = z.object({
  machine,
  medium: medium.nullable().describe('Null unless the machine is a track'),
  from: path,
  to: path,
  fact: z.string().describe('The fact that the machine was sent'),
})

const refusal = z.object({
  command,
  side: z.enum(['api', 'ui', 'system']),
  code: errorCode,
  machine: machine.nullable().describe('The machine that refused; null when another check did'),
  medium: medium.nullable(),
  state: path.nullable().describe('The state in which the machine was'),
  guard: z
    .string()
    .nullable()
    .describe('The guard that was false; null when the state has no transition for the command'),
  reason: z.string().describe('The reason in words'),
})

/** The schema of a recording as it was at a moment. */
export const replayState = z.object({
  recordingId: id,
  machinesVersion: z.int().min(1).describe('The version of the definitions of the machines'),
  index: count.describe(
    'The number of the event among those of the recording; 0: before the first',
  ),
  count: count.describe('The number of events of the recording'),
  event: event.nullable().describe('The last event; null before the first'),
  nextPosition: z.int().nullable().describe('The position of the next event'),
  previousPosition: z.int().nullable().describe('The position of the event before'),
  machines: z.object({
    control: machineState,
    session: machineState,
    tracks: z.object({ mic: machineState, speaker: machineState, screen: machineState }),
  }),
  changes: z.array(change).describe('What the event did to the machines'),
  refusal: refusal.nullable().describe('Why the command was refused; null for other events'),
  recording: recording
    .omit({ allowedCommands: true, retention: true })
    .extend({ tracks: eachMedium(track.omit({ level: true })) })
    .nullable()
    .describe('The recording as clients saw it; null before its start'),
  allowedCommands: z
    .object({ api: allowedCommands, ui: allowedCommands })
    .describe('What each side was allowed to do next'),
})
