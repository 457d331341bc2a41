import { RecorderError } from '../../contract/errors.ts'
import type { LogEvent, NewEvent } from '../../contract/events.ts'
import type { RecordingProjection } from '../projection/recording.ts'

/** Returns the event with its position, its members in canonical order (record.ts). */
export function assignPosition(event: NewEvent, position: number): LogEvent {
  const { recordingId, version, type, at, by, commandId, data } = event
  return { position, recordingId, version, type, at, by, commandId, data } as LogEvent
}

/**
 * Checks that a recording begins once, and that its version increases by one with each fact. A
 * refusal does not increase it, and an access has none. Throws INTERNAL.
 */
export function assertNextVersion(
  before: RecordingProjection | undefined,
  { type, version }: NewEvent,
): void {
  if (before === undefined || type === 'recording.accessed') return
  if (type === 'recording.starting')
    throw new RecorderError('INTERNAL', 'A recording cannot begin twice.')
  const expected = before.view.version + (type === 'command.refused' ? 0 : 1)
  if (version !== expected)
    throw new RecorderError(
      'INTERNAL',
      `${type} has version ${version}, but the recording is at ${expected}.`,
    )
}
