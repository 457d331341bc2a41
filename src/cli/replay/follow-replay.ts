import type { LogEvent } from '../../contract/events.ts'
import type { Replay } from '../../replay/replay.ts'
import type { Api } from '../connection/api.ts'
import { followEvents } from '../follow-events.ts'
import { appendEvents } from './load-replay.ts'

/** How to follow a recording. */
export interface FollowReplayOptions {
  signal: AbortSignal
  /** Called after an event of the recording was added to the replay. */
  onEvent(): void
  onBroken?(): void
}

/**
 * Adds the events of a recording to its replay as they happen, until it is closed or the signal
 * aborts.
 */
export async function followReplay(
  api: Api,
  replay: Replay,
  { signal, onEvent, onBroken }: FollowReplayOptions,
): Promise<void> {
  if (isOver(replay.events)) return
  const end = new AbortController()
  await followEvents(api, {
    after: replay.events.at(-1)?.position ?? 0,
    signal: AbortSignal.any([signal, end.signal]),
    onEvent(event) {
      if (event.recordingId !== replay.recordingId || end.signal.aborted) return
      const count = replay.events.length
      appendEvents(replay, [event])
      if (replay.events.length === count) return
      onEvent()
      if (isOver(replay.events)) end.abort()
    },
    ...(onBroken && { onBroken }),
  })
}

/** Whether the recording is closed, and the command that closed it has its outcome. */
function isOver(events: readonly LogEvent[]): boolean {
  const end = events.findLastIndex(({ type }) => ENDS.has(type))
  if (end === -1) return false
  const { type, data, commandId } = events[end]!
  if (type !== 'recording.closed' || (data as { reason: string }).reason !== 'command') return true
  return events.slice(end).some((event) => {
    return event.commandId === commandId && OUTCOMES.has(event.type)
  })
}

const ENDS = new Set(['recording.closed', 'recording.startFailed'])
const OUTCOMES = new Set(['command.completed', 'command.failed'])
