import type { LogEvent, SegmentDescription } from '../../contract/events.ts'
import { listFolder } from '../../disk/list-folder.ts'

const SEGMENT_FILE = /^(mic|speaker|screen)-(\d+)\./
/** No start is unconfirmed for as long. */
const LONGEST_START_MS = 60_000

/**
 * Whether the media of a recording whose start the log does not confirm must be from a later time
 * than the log: an old log was restored beside newer recordings. Rejects with errors of the file
 * system.
 */
export async function hasNewerMedia(
  folder: string,
  events: readonly LogEvent[],
  salvaged: readonly (SegmentDescription | null)[],
): Promise<boolean> {
  if (salvaged.some((segment) => segment !== null && segment.durationMs >= LONGEST_START_MS))
    return true
  const newest = newestBegun(events)
  return (await listFolder(folder)).some((name) => {
    const [, medium, number] = SEGMENT_FILE.exec(name) ?? []
    return medium !== undefined && Number(number) > (newest.get(medium) ?? 0)
  })
}

/** Returns the newest segment of each medium that the log knows. */
function newestBegun(events: readonly LogEvent[]): Map<string, number> {
  const newest = new Map<string, number>()
  for (const { type, data } of events) {
    if (type === 'track.starting' || type === 'track.resuming' || type === 'track.recovering')
      newest.set(data.medium, Math.max(newest.get(data.medium) ?? 0, data.segment))
    if (type === 'segment.opened')
      newest.set(data.medium, Math.max(newest.get(data.medium) ?? 0, data.number))
  }
  return newest
}
