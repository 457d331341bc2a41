/**
 * Waits until everything that was recorded is in closed segments. The media of an open segment are
 * not known yet.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { RecorderError } from '../contract/errors.ts'
import { MEDIA, type Medium } from '../contract/media.ts'
import { exportError } from './export-error.ts'
import type { ComposableRecording } from './plan/composition-plan.ts'

const POLL_MS = 100
/**
 * A segment still open so long after the end will never be finished: its file could not be saved
 * after a crash.
 */
const GIVEN_UP_MS = 60_000

/** A stretch of a track that is in neither a span nor a gap: a segment that is not closed. */
export interface UnfinishedSegment {
  medium: Medium
  /** RFC 3339. */
  from: string
}

/** Returns the first unfinished segment of each track. */
export function unfinishedSegments({
  startedAt,
  endedAt,
  tracks,
}: ComposableRecording): UnfinishedSegment[] {
  if (endedAt === null) return []
  return MEDIA.flatMap((medium) => {
    const track = tracks[medium]
    if (track === undefined || track.state === 'off') return []
    const covered = [...track.spans, ...track.gaps].sort((a, b) => (a.from < b.from ? -1 : 1))
    let cursor = startedAt
    for (const { from, to } of covered) {
      if (from > cursor) break
      if (to === null || to > cursor) cursor = to ?? endedAt
    }
    return cursor >= endedAt ? [] : [{ medium, from: cursor }]
  })
}

/**
 * Waits up to `limitMs` for the last segments and resolves with the recording then. `reload` reads
 * the recording again. Rejects with INVALID_STATE while the recording is under way, NOT_READY when
 * it takes longer or the log does not know yet how the recording ended, EXPORT_FAILED when a
 * segment stays unfinished. `now`: the recorder's time.
 */
export async function waitUntilFinished<T extends ComposableRecording>(
  recording: T,
  reload: () => Promise<T>,
  limitMs: number,
  signal: AbortSignal,
  now: () => number = Date.now,
): Promise<T> {
  const end = performance.now() + limitMs
  for (let view = recording; ; view = await reload()) {
    signal.throwIfAborted()
    if (view.state === 'Active' || view.state === 'Paused')
      throw new RecorderError('INVALID_STATE', 'The recording is under way. Stop it first.')
    const open = unfinishedSegments(view)
    // The end is missing after the log has failed; recovery appends it.
    const isCutOff = view.endedAt === null && view.state !== 'Closed'
    if (open.length === 0 && !isCutOff) return view
    const isOver = performance.now() >= end
    const isGivenUp = !isCutOff && now() - Date.parse(view.endedAt!) > GIVEN_UP_MS
    if (isGivenUp && (isOver || view.state === 'Closed')) throw neverFinished(open)
    if (isOver) throw notReady(isCutOff)
    await delay(POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}

function notReady(isCutOff: boolean): RecorderError {
  return new RecorderError(
    'NOT_READY',
    isCutOff
      ? 'The log does not know yet how the recording ended.'
      : 'The recording has ended, but its files are still being finished.',
  )
}

function neverFinished(open: readonly UnfinishedSegment[]): RecorderError {
  const which = open.map(({ medium, from }) => `of ${medium} that began at ${from}`).join(' and ')
  return exportError(
    `The segment ${which} was never finished. Its file could not be saved after the recorder had died.`,
  )
}
