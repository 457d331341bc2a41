import type { Inspection } from '../../client/client.ts'
import type { InspectionMessage } from '../../contract/inspection.ts'

/** The most events that the recorder shows for one request. */
const MOST_STEPS = 100_000

/**
 * Reads a recording's past to its last event. Without a speed, asks for all of it as fast as it can
 * be read.
 */
export async function* readPast(
  feed: Inspection,
  speed: number | undefined,
): AsyncGenerator<InspectionMessage> {
  let isAtEnd = false
  let steps = 0
  for await (const message of feed) {
    // The seek below has begun the past anew, so all of it has been read.
    if (isAtEnd && message.type === '@xstate.actor' && message.parentId === undefined) return
    yield message
    const place = placeIn(message)
    if (place === null) continue
    const isFirstState = message.type === '@xstate.actor'
    isAtEnd = place.nextPosition === null
    if (isAtEnd && !isFirstState) return
    if (isAtEnd) feed.send({ type: 'seek', position: place.position ?? 0 })
    else if (speed === undefined && steps++ % MOST_STEPS === 0)
      feed.send({ type: 'step', count: MOST_STEPS })
  }
}

/** The place in a recording's past that a message about the recording itself names. */
interface Place {
  position: number | null
  nextPosition: number | null
}

function placeIn(message: InspectionMessage): Place | null {
  if (message.type === '@xstate.event') return null
  const context = message.snapshot.context as Partial<Place> | undefined
  return context?.nextPosition === undefined ? null : (context as Place)
}
