import { changesNothing } from '../contract/event-types.ts'
import type { LogEvent } from '../contract/events.ts'
import { evolve, initialRecording, type RecordingFold } from '../machines/recording-fold.ts'
import { project, type RecordingProjection } from '../store/projection/recording.ts'

/** All that is folded from the events of a recording up to a moment. Immutable. */
export interface Moment {
  fold: RecordingFold
  /** The recording as clients saw it; undefined before its start, and after it was rolled back. */
  projection: RecordingProjection | undefined
  /** The version of the machines' definitions; that of logs which do not say it is 1. */
  machinesVersion: number
}

/** Returns the moment before a recording's first event. */
export function initialMoment(recordingId: string): Moment {
  const by = { side: 'system', client: '', user: '' } as const
  return {
    fold: initialRecording(recordingId, { by, at: '' }),
    projection: undefined,
    machinesVersion: 1,
  }
}

/**
 * Folds one event into a moment.
 * @throws RecorderError INTERNAL when a machine has no transition for its fact.
 */
export function foldEvent(before: Moment, event: LogEvent): Moment {
  // Others count the version that a refusal carries.
  if (changesNothing(event)) return before
  const isFirst = before.fold.startedAt === ''
  const fold = isFirst ? initialRecording(before.fold.id, event) : before.fold
  return {
    fold: evolve(fold, event),
    projection: project(before.projection, event),
    machinesVersion: versionIn(event) ?? before.machinesVersion,
  }
}

/** The events with which a version of the recorder takes a recording over say its machines. */
function versionIn(event: LogEvent): number | undefined {
  if (event.type !== 'recording.starting' && event.type !== 'recording.interrupted')
    return undefined
  return event.data.machines
}
