import type { LogEvent } from '../../../contract/events.ts'
import { type MarkerColour, markerOf } from '../../../contract/marker.ts'
import { type EventKind, eventText, kindOf, ownTags } from './event-text.ts'

/** A moment that the time line shows. */
export interface Point {
  ms: number
  kind: Exclude<EventKind, 'course'>
  colour: MarkerColour | null
  text: string
}

/** Returns the moments that the time line shows: markers, tags, refusals and warnings. */
export function pointsOf(events: readonly LogEvent[], startMs: number): Point[] {
  return events.flatMap((event): Point[] => {
    const kind = kindOf(event)
    if (kind === 'course') return []
    const tags = event.type === 'recording.tagged' ? ownTags(event) : null
    if (tags?.length === 0) return []
    const markers = tags?.map(([key, value]) => markerOf({ key, value })) ?? []
    const colour = markers.find((marker) => marker?.colour)?.colour ?? null
    return [{ ms: momentOf(event, startMs), kind, colour, text: eventText(event) }]
  })
}

/** Returns the place of an event on the time line. What came before the first media is at 0. */
export function momentOf(event: LogEvent, startMs: number): number {
  return Math.max(0, Date.parse(event.at) - startMs)
}

/** Points that are closer on the screen than a finger is wide are shown as one. */
export function groupPoints(points: readonly Point[], widthMs: number): Point[][] {
  const groups: Point[][] = []
  for (const point of points.toSorted((a, b) => a.ms - b.ms)) {
    const last = groups.at(-1)
    if (last?.[0] && point.ms - last[0].ms < widthMs) last.push(point)
    else groups.push([point])
  }
  return groups
}
