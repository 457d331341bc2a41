/** The states of a recording as clients see them. */
export const RECORDING_STATES = ['Active', 'Paused', 'WrapUp', 'Closed'] as const
/** The state of a recording as clients see it. */
export type RecordingState = (typeof RECORDING_STATES)[number]

/** The states of a track as clients see them. */
export const TRACK_STATES = [
  'off',
  'starting',
  'recording',
  'paused',
  'recovering',
  'stopped',
  'failed',
] as const
/** The state of a track as clients see it. */
export type TrackState = (typeof TRACK_STATES)[number]

/** The state of the application as clients see it. `Error` outranks `Recording`. */
export type ApplicationState = 'Idle' | 'Recording' | 'Error'
