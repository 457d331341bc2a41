/**
 * Whether all that was recorded is in closed segments. While one is open, nobody knows what is
 * behind it.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { RecorderError } from '../contract/errors.ts'
import { MEDIA, type Medium } from '../contract/media.ts'
import { exportFailed } from './failure.ts'
import type { Composable } from './plan.ts'

const POLL_MS = 100
/**
 * What is still open so long after the end nobody is finishing any more: its file could not be
 * saved after a crash.
 */
const GIVEN_UP_MS = 60_000

/**
 * A part of a track of which the log tells neither media nor a gap: a segment that is not closed.
 */
export interface Unfinished {
  medium: Medium
  /** RFC 3339. */
  from: string
}

/** The first part of each track that is unfinished. */
export function unfinishedOf({ startedAt, endedAt, tracks }: Composable): Unfinished[] {
  if (endedAt === null) return []
  return MEDIA.flatMap((medium) => {
    const track = tracks[medium]
    if (track === undefined || track.state === 'off') return []
    const told = [...track.spans, ...track.gaps].sort((a, b) => (a.from < b.from ? -1 : 1))
    let cursor = startedAt
    for (const { from, to } of told) {
      if (from > cursor) break
      if (to === null || to > cursor) cursor = to ?? endedAt
    }
    return cursor >= endedAt ? [] : [{ medium, from: cursor }]
  })
}

/**
 * The recording when its last pieces are finished, which is waited for up to `limitMs`. Rejects
 * with INVALID_STATE while it is under way, NOT_READY when it takes longer or the log cannot tell
 * of it now, EXPORT_FAILED when a piece stays unfinished.
 */
export async function finished<T extends Composable>(
  recording: T,
  again: () => Promise<T>,
  limitMs: number,
  signal: AbortSignal,
): Promise<T> {
  const end = performance.now() + limitMs
  for (let view = recording; ; view = await again()) {
    signal.throwIfAborted()
    if (view.state === 'Active' || view.state === 'Paused')
      throw new RecorderError('INVALID_STATE', 'The recording is under way; stop it first.')
    const open = unfinishedOf(view)
    // Without an end the log has failed, and goes on after its recovery.
    const isCutOff = view.endedAt === null && view.state !== 'Closed'
    if (open.length === 0 && !isCutOff) return view
    const isOver = performance.now() >= end
    const isGivenUp = !isCutOff && Date.now() - Date.parse(view.endedAt!) > GIVEN_UP_MS
    if (isGivenUp && (isOver || view.state === 'Closed')) throw neverFinished(open)
    if (isOver) {
      if (isCutOff)
        throw new RecorderError('NOT_READY', 'The log cannot tell yet how the recording ended.')
      throw new RecorderError(
        'NOT_READY',
        'The recording has ended; its files are still being finished.',
      )
    }
    await delay(POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}

function neverFinished(open: readonly Unfinished[]): RecorderError {
  const which = open.map(({ medium, from }) => `of ${medium}, begun at ${from},`).join(' and ')
  return exportFailed(
    `The piece ${which} was never finished: after the recorder had died its file could not be saved.`,
  )
}
