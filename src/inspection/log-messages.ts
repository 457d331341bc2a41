import type { LogEvent } from '../contract/events.ts'
import type { EventMessage } from '../contract/inspection.ts'
import type { RefusalReason } from '../contract/replay.ts'
import {
  eventMessage,
  machineSession,
  RECORDER_SESSION,
  recordingSession,
  type Stamp,
} from './inspection-messages.ts'

/** Returns when an event of the log happened, and its position. */
export function stampOf(event: LogEvent): Stamp {
  return { atMs: Date.parse(event.at), position: event.position }
}

/**
 * Makes the messages of an event of the log: the event itself, sent to its recording, and the
 * command that was accepted or refused by it, sent to the control machine. `isShown` tells whether
 * the feed shows the recording; otherwise the recorder is sent both.
 */
export function logMessages(
  event: LogEvent,
  isShown: boolean,
  refusal: RefusalReason | null,
): EventMessage[] {
  const { recordingId } = event
  const stamp = stampOf(event)
  const id = isShown ? recordingId : null
  const target = id === null ? RECORDER_SESSION : recordingSession(id)
  const messages = [eventMessage(target, { ...event }, stamp)]
  const command = commandOf(event, refusal)
  if (command !== null) {
    const control = id === null ? RECORDER_SESSION : machineSession(id, 'control')
    messages.push(eventMessage(control, command, stamp, RECORDER_SESSION))
  }
  return messages
}

function commandOf({ type, by, data }: LogEvent, refusal: RefusalReason | null) {
  const { side, client } = by
  if (type === 'command.accepted') {
    const { command, ...rest } = data
    return { type: command, side, client, outcome: 'accepted', ...rest }
  }
  if (type !== 'command.refused') return null
  const { command, ...rest } = data
  return { type: command, side, client, outcome: 'refused', ...rest, refusal }
}
