import type { SegmentView } from '../../../contract/views.ts'
import { recorder } from '../../live/recorder.ts'

const PAGE_LIMIT = 1_000

/** Reads all segments of a recording. Rejects as the client does. */
export async function readSegments(id: string, signal: AbortSignal): Promise<SegmentView[]> {
  const segments: SegmentView[] = []
  let cursor: string | undefined
  do {
    const page = await recorder.segments(id, { limit: PAGE_LIMIT, cursor }, { signal })
    segments.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return segments
}
