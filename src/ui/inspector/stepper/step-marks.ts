import type { LogEvent } from '../../../contract/events.ts'

/** The slider shows at most so many marks. */
const BINS = 400

/**
 * Returns where refusals are among the events, each as a part of the way from the beginning (0) to
 * the end (1). Neighbours are one mark.
 */
export function refusalMarks(events: readonly LogEvent[]): number[] {
  const bins = new Set<number>()
  for (let at = 0; at < events.length; at++) {
    if (events[at]?.type === 'command.refused')
      bins.add(Math.round(((at + 1) / events.length) * BINS))
  }
  return [...bins].map((bin) => bin / BINS)
}
