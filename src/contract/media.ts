/** The media a recording can have, in the order in which they are shown. */
export const MEDIA = ['mic', 'speaker', 'screen'] as const
/** A kind of media. A recording has at most one track of each. */
export type Medium = (typeof MEDIA)[number]
/** Returns the media of an object and what it has for each, like `Object.entries`. */
export function entriesByMedium<T>(byMedium: { [M in Medium]?: T }): [Medium, T][] {
  return Object.entries(byMedium) as [Medium, T][]
}

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

/** A capture device as clients see it. */
export interface Device {
  id: string
  label: string
}

/** Stands for the device of a track that has none, e.g. when no device was found. */
export const NO_DEVICE: Device = { id: '', label: '' }

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
