import type { SampleTable } from './sample-table.ts'

/** One track of a movie. */
export interface MovieTrack {
  kind: 'video' | 'sound' | 'chapters'
  /** The title of a sound track. */
  title?: string
  /** A player shows or plays it unless told otherwise. */
  isEnabled: boolean
  /** Ticks a second. */
  timescale: number
  /** How the samples are decoded. */
  entry: Buffer
  samples: SampleTable
  /** When it begins, in ms from the movie's start. */
  startMs: number
  /** Ticks at its beginning that are decoded, but not played. */
  skipped: number
  /** How long it is played, in ms. */
  durationMs: number
  /** In pixels; only of video. */
  size?: { width: number; height: number }
  /** How many samples a decoder needs before one that it shall decode; only of sound. */
  rollSamples?: number
}

/** A file to be laid out. */
export interface Movie {
  tracks: readonly MovieTrack[]
  durationMs: number
  /** Epoch ms. */
  createdAt: number
  title: string
  comment: string
  encoder: string
  chapters: readonly { atMs: number; title: string }[]
}

/** Samples of one track that follow each other in the file. */
export interface Chunk {
  /** The number of the track in the list of tracks. */
  track: number
  /** The number of its first sample. */
  first: number
  count: number
}
