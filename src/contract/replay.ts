import type { Side } from './by.ts'
import type { AllowedCommand, CommandName } from './commands.ts'
import type { ErrorCode } from './errors.ts'
import type { LogEvent } from './events.ts'
import type { Medium } from './media.ts'
import type { RecordingView } from './views.ts'

/** The machines of a recording: one control, one session, and a track for each medium. */
export type MachineName = 'control' | 'session' | 'track'

/** A machine's state at a moment. */
export interface MachineState {
  /** The state's path, such as `heldByApi.capturing`. */
  value: string
  /** The machine's context, as JSON. */
  context: Record<string, unknown>
}

/** The states of all machines of a recording. */
export interface MachineStates {
  control: MachineState
  session: MachineState
  tracks: Record<Medium, MachineState>
}

/** A change of a machine by an event. `from` and `to` are equal when only the context changed. */
export interface MachineChange {
  machine: MachineName
  /** The medium of a track; null for the other machines. */
  medium: Medium | null
  from: string
  to: string
  /** The fact that the machine was sent, such as `track.started`. */
  fact: string
}

/** Why a command was refused. */
export interface RefusalReason {
  command: CommandName
  side: Side
  code: ErrorCode
  /** The machine that refused; null when another check did: scope, version, limits. */
  machine: MachineName | null
  /** The medium of a track that refused. */
  medium: Medium | null
  /** The path of the machine's state then; null without a machine. */
  state: string | null
  /** The guard that was false; null when the state has no transition for the command at all. */
  guard: string | null
  /** The reason in words, as one or two sentences. */
  reason: string
}

/** A recording as it was after one of its events. */
export interface ReplayState {
  recordingId: string
  /** The version of the machines' definitions with which the event was written. */
  machinesVersion: number
  /** The number of this event among the recording's own, from 1; 0 is before the first. */
  index: number
  /** The number of events that the recording has. */
  count: number
  /** The last event; null before the first. */
  event: LogEvent | null
  /** The position of the recording's next event; null after the last. */
  nextPosition: number | null
  /** The position of the recording's event before; null before the second. */
  previousPosition: number | null
  machines: MachineStates
  /** The changes of the machines by the event; none for a tag, a segment or a refusal. */
  changes: MachineChange[]
  /** Why the event's command was refused; null for other events. */
  refusal: RefusalReason | null
  /** The recording as clients saw it; null before its start. */
  recording: RecordingView | null
  /** The commands that each side could give next. */
  allowedCommands: Record<'api' | 'ui', AllowedCommand[]>
}
