import type { NewEvent } from '../contract/events.ts'
import type { Medium } from '../contract/media.ts'

/**
 * Folds an event into the media that the recorder itself has paused, for a locked screen or a
 * sleep. A pause by a client makes the pause its own, and whatever ends a pause ends this. Pure.
 */
export function evolveSystemPaused(paused: readonly Medium[], event: NewEvent): readonly Medium[] {
  switch (event.type) {
    case 'track.pausing':
      return event.data.reason === undefined ? paused : [...paused, event.data.medium]
    case 'track.resuming':
    case 'track.stopping':
    case 'track.stopped':
    case 'track.failed':
      return without(paused, [event.data.medium])
    case 'command.accepted':
      if (event.data.command !== 'track.pause' || event.by.side === 'system') return paused
      return without(paused, event.data.media ?? [])
    default:
      return paused
  }
}

/** The same list when nothing changes. */
function without(paused: readonly Medium[], media: readonly Medium[]): readonly Medium[] {
  const left = paused.filter((medium) => !media.includes(medium))
  return left.length === paused.length ? paused : left
}
