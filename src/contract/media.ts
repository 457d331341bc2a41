/** The names of media, states and sides, shared by the recorder, its API and its log. */

/** The media a recording can have, in the order in which they are shown. */
export const MEDIA = ['mic', 'speaker', 'screen'] as const
/** A kind of media. A recording has at most one track of each. */
export type Medium = (typeof MEDIA)[number]
/**
 * The media that a request can name: one of the three, or `audio` for the audio media of the
 * recording's type.
 */
export const REQUESTED_MEDIA = [...MEDIA, 'audio'] as const
/** A medium as a request names it. */
export type RequestedMedium = (typeof REQUESTED_MEDIA)[number]

/** The choices of audio media that `audio` can stand for. */
export const RECORDING_TYPES = ['microphone', 'speaker', 'both'] as const
/** Decides which audio media `audio` stands for in a recording. */
export type RecordingType = (typeof RECORDING_TYPES)[number]

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

/** The reasons why a track has no media for a stretch of the recording. */
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
/** The reason why a track has no media for a stretch of the recording. */
export type GapReason = (typeof GAP_REASONS)[number]

/** The side of a client, which its credential decides. */
export type ClientSide = 'api' | 'ui'
/** The side that acted: a client's, or the recorder itself. */
export type Side = ClientSide | 'system'

/**
 * Names who caused an event. `client` is the credential (token name, `home`, `ui`), and `user` the
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
 * Resolves requested media: replaces `audio` by the media of the recording's type, and removes
 * repetitions. The result has the order of {@link MEDIA}.
 */
export function resolveMedia(requested: readonly RequestedMedium[], type: RecordingType): Medium[] {
  const wanted = new Set<string>(requested.flatMap((m) => (m === 'audio' ? AUDIO_OF[type] : [m])))
  return MEDIA.filter((m) => wanted.has(m))
}
