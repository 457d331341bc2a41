/** Reads the recordings that are composed. */
import type { Identity } from '../../age/identity.ts'
import type { StoredMedia } from '../../age/stored-media.ts'
import type { LogEvent, SegmentDescription } from '../../contract/events.ts'
import { type Quality, resolveQuality } from '../../contract/quality.ts'
import type { ComposableRecording } from '../plan/composition-plan.ts'

const SEGMENTS_PER_PAGE = 1_000
/** `recording.starting` is among the first events of a recording. */
const FIRST_EVENTS = 16

/** A source of recordings, their segments and events. The recorder implements it. */
export interface RecordingSource {
  /** Returns the recording in its current state. */
  recording(id: string, side: 'api'): Promise<ComposableRecording>
  /**
   * Opens the media of a closed segment. Rejects with ERASED, KEY_UNAVAILABLE, NOT_FOUND (the file
   * is missing), with SealedFileError when its file is damaged, and with errors of the file system.
   */
  openMedia(id: string, segment: SegmentDescription): Promise<StoredMedia>
  /**
   * Returns the identity that seals the composed files of a recording. Rejects with ERASED or
   * KEY_UNAVAILABLE.
   */
  compositionIdentity(id: string): Promise<Identity>
  readonly log: {
    events(query: { after: number; limit: number; recordingId?: string }): Promise<LogEvent[]>
    segments(
      id: string,
      query: { limit: number; cursor?: string },
    ): Promise<{ items: SegmentDescription[]; cursor: string | null }>
  }
}

/** Reads all closed segments of a recording. */
export async function readSegments(
  { log }: RecordingSource,
  id: string,
): Promise<SegmentDescription[]> {
  const segments: SegmentDescription[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await log.segments(id, {
      limit: SEGMENTS_PER_PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    })
    segments.push(...page.items)
    cursor = page.cursor
  }
  return segments
}

/** Reads the quality at which a recording was captured; the default where its log has none. */
export async function readQuality({ log }: RecordingSource, recordingId: string): Promise<Quality> {
  const events = await log.events({ after: 0, limit: FIRST_EVENTS, recordingId })
  const starting = events.find((event) => event.type === 'recording.starting')
  return starting?.data.quality ?? resolveQuality()
}
