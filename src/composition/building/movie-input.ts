import type { MovieTrack } from '../../media/movie.ts'

/** A sample of a track. */
export interface Sample {
  bytes: number
  /** In ticks of its track. */
  duration: number
  isKeyFrame: boolean
  /** Its media. Empty unless asked for. */
  media: Buffer
}

/** A track of a movie, and where its samples come from. */
export interface MovieInput extends Omit<MovieTrack, 'samples'> {
  /** Yields the samples in order, each time the same ones. */
  samples(withMedia: boolean): AsyncIterable<Sample>
}

/** The media of samples that were not asked for. */
export const NO_MEDIA: Buffer = Buffer.alloc(0)
