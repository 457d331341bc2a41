import type { StoredMedia } from '../../age/stored-media.ts'
import { fragmentTime, frameCount } from '../../media/fmp4.ts'
import { FormatError } from '../../media/format-error.ts'
import { isKeyFrame } from '../../media/key-frame.ts'
import { type VideoFormat, videoFormat } from '../../media/video-format.ts'
import { readBoxes } from './read-boxes.ts'

/** The ticks of a recorded screen in a millisecond. */
export const SCREEN_TICKS_A_MS = 90

const BOX_HEADER_BYTES = 8

/** A frame of video. */
export interface Frame {
  /** Ticks from the first frame. */
  start: number
  isKeyFrame: boolean
  bytes: number
  /** Reads its media. Only before the next frame is asked for. */
  read(): Promise<Buffer> | Buffer
}

/** Video in H.264 that can be read again and again. */
export interface FrameSource {
  format: VideoFormat
  frames(): AsyncIterable<Frame>
}

/** Opens fragmented MP4, with one frame in each fragment, as a source of frames. */
export async function openFrames(
  open: () => Promise<StoredMedia>,
  signal: AbortSignal,
): Promise<FrameSource> {
  const media = await open()
  try {
    for await (const { type, read } of readBoxes(media, media.bytes, signal)) {
      if (type !== 'moov') continue
      const format = videoFormat(Buffer.from(await read()))
      return { format, frames: () => readFrames(open, signal) }
    }
  } finally {
    await media.close()
  }
  throw new FormatError('MP4 without moov')
}

async function* readFrames(
  open: () => Promise<StoredMedia>,
  signal: AbortSignal,
): AsyncGenerator<Frame> {
  const media = await open()
  try {
    let first: number | undefined
    let pending: Pick<Frame, 'start' | 'isKeyFrame'> | undefined
    for await (const { type, length, read, content } of readBoxes(media, media.bytes, signal)) {
      if (type === 'moof') {
        const moof = await read()
        if (frameCount(moof) !== 1) throw new FormatError('MP4 fragment of more than one frame')
        const { start } = fragmentTime(moof)
        first ??= start
        pending = { start: start - first, isKeyFrame: isKeyFrame(moof) }
      } else if (type === 'mdat' && pending) {
        yield { ...pending, bytes: length - BOX_HEADER_BYTES, read: content }
        pending = undefined
      }
    }
  } finally {
    await media.close()
  }
}
