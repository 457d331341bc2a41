import type { LogEvent } from '../../contract/events.ts'
import { Replay } from '../../replay/replay.ts'
import type { Api } from '../connection/api.ts'
import { localProblem } from '../problem.ts'

/** The most events that the API puts on a page. */
const PAGE = 1000

/**
 * Reads the events of a recording page by page, and folds each page as it comes. `onRead` is called
 * with the number of events so far.
 */
export async function loadReplay(
  api: Api,
  recordingId: string,
  onRead: (count: number) => void = () => {},
): Promise<Replay> {
  const replay = new Replay(recordingId)
  for (let cursor: string | undefined; ; ) {
    const query = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) }
    const page = await api.events(recordingId, query)
    appendEvents(replay, page.items)
    onRead(replay.events.length)
    if (page.nextCursor === null) return replay
    cursor = page.nextCursor
  }
}

/** Adds events to a replay. Throws ProblemError when the machines have no transition for one. */
export function appendEvents(replay: Replay, events: readonly LogEvent[]): void {
  try {
    replay.append(events)
  } catch (cause) {
    const event = events[events.findLastIndex(({ position }) => position <= lastOf(replay)) + 1]
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw localProblem('FAILED', 'The events of this recording cannot be replayed.', {
      detail: `${event?.type} at position ${event?.position}: ${reason}`,
      remedy:
        'Use the same version of f2f as the recorder. A log of a newer one needs a newer f2f.',
      cause,
    })
  }
}

function lastOf(replay: Replay): number {
  return replay.events.at(-1)?.position ?? 0
}
