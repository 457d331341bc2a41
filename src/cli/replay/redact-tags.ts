import type { TagValue } from '../../contract/commands.ts'
import type { ReplayState } from '../../contract/replay.ts'

const HIDDEN = '…'

/** Replaces the values of all tags of a moment. Their keys stay. */
export function redactTags(state: ReplayState): ReplayState {
  const { event, recording } = state
  return {
    ...state,
    event:
      event?.type === 'recording.tagged'
        ? { ...event, data: { ...event.data, tags: hidden(event.data.tags) } }
        : event,
    recording: recording && {
      ...recording,
      tags: recording.tags.map((tag) => ({ ...tag, value: HIDDEN })),
    },
  }
}

function hidden(tags: Record<string, TagValue>): Record<string, TagValue> {
  return Object.fromEntries(Object.keys(tags).map((key) => [key, HIDDEN]))
}
