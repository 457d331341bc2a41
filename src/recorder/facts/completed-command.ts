import type { LogEvent } from '../../contract/events.ts'
import type { RecordingView } from '../../contract/views.ts'
import type { AnswerToKeep, CommandAnswer } from '../../store/port.ts'
import type { OpenRecordings } from '../open-recordings.ts'
import type { PendingCommand } from './pending-command.ts'
import type { Settlement } from './settlement.ts'

/** How a command was completed. */
export interface CompletedCommand {
  status: number
  /** Its recording; undefined when that was rolled back. */
  view: RecordingView | undefined
  /** The open recordings after it. */
  recordings: OpenRecordings
  /** The place of its last event in the log. */
  position: number
}

/** Renders the answer to a completed command. */
export type RenderAnswer = (pending: PendingCommand, completed: CompletedCommand) => CommandAnswer

/** Returns the answers to the commands that a batch completes, in their order. */
export function answersTo(
  settled: readonly [PendingCommand, Settlement][],
  recordings: OpenRecordings,
  render: RenderAnswer,
): AnswerToKeep[] {
  return settled.flatMap(([pending, settlement]) => {
    if ('failure' in settlement) return []
    const { recordingId, cause, command, goal } = pending
    return {
      idempotency: command.idempotency,
      claimsMedia: goal === 'flowing',
      render: (view, events) =>
        render(pending, {
          ...{ status: settlement.status, view: view(recordingId), recordings },
          position: lastPosition(events, cause.commandId),
        }),
    }
  })
}

/** A batch may also have events of other commands. */
function lastPosition(events: readonly LogEvent[], commandId: string | null): number {
  return events.findLast((event) => event.commandId === commandId)!.position
}
