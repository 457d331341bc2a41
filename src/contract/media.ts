/**
 * The vocabulary of media and states: the words that every part of the recorder, its API and its
 * log share.
 */

/** The media a recording can have, in the order in which they are shown. */
export const MEDIA = ['mic', 'speaker', 'screen'] as const
/** One kind of source; a recording has at most one track of each. */
export type Medium = (typeof MEDIA)[number]
/**
 * A medium as a request names it: one of the three, or `audio` for the audio media of the
 * recording's type.
 */
export const REQUESTED_MEDIA = [...MEDIA, 'audio'] as const
/** A medium as a request names it. */
export type RequestedMedium = (typeof REQUESTED_MEDIA)[number]

/** Which audio media `audio` stands for in a recording. */
export const RECORDING_TYPES = ['microphone', 'speaker', 'both'] as const
/** Which audio media `audio` stands for in a recording. */
export type RecordingType = (typeof RECORDING_TYPES)[number]

/** States of a recording as clients see them. */
export const RECORDING_STATES = ['Active', 'Paused', 'WrapUp', 'Closed'] as const
/** State of a recording as clients see it. */
export type RecordingState = (typeof RECORDING_STATES)[number]

/** States of a track as clients see them. */
export const TRACK_STATES = [
  'off',
  'starting',
  'recording',
  'paused',
  'recovering',
  'stopped',
  'failed',
] as const
/** State of a track as clients see it. */
export type TrackState = (typeof TRACK_STATES)[number]

/** State of the application as clients see it; `Error` outranks `Recording`. */
export type ApplicationState = 'Idle' | 'Recording' | 'Error'

/** Why a span of a recording's time has no media of a track. */
export const GAP_REASONS = [
  'notStarted',
  'stopped',
  'paused',
  'deviceLost',
  'captureFailed',
  'interrupted',
  'suspended',
  'locked',
  'storageFull',
] as const
/** Why a span of a recording's time has no media of a track. */
export type GapReason = (typeof GAP_REASONS)[number]

/** The side a client stands on; decided by its credential. */
export type ClientSide = 'api' | 'ui'
/** Who acted: a client's side, or the recorder itself. */
export type Side = ClientSide | 'system'

/**
 * Who caused an event. `client` names the credential (token name, `home`, `ui`), `user` the
 * daemon's operating system account.
 */
export interface By {
  side: Side
  client: string
  user: string
}

/** A capture device as clients see it. */
export interface Device {
  id: string
  label: string
}

const AUDIO_OF: Record<RecordingType, readonly Medium[]> = {
  microphone: ['mic'],
  speaker: ['speaker'],
  both: ['mic', 'speaker'],
}

/**
 * Turns requested media into tracks, `audio` by the recording's type; without repetition, in the
 * order of {@link MEDIA}.
 */
export function resolveMedia(requested: readonly RequestedMedium[], type: RecordingType): Medium[] {
  const wanted = new Set<string>(requested.flatMap((m) => (m === 'audio' ? AUDIO_OF[type] : [m])))
  return MEDIA.filter((m) => wanted.has(m))
}
