import type { CapturePlatform } from '../../actors/port.ts'
import type { Identity } from '../../age/identity.ts'
import type { LogEvent, SegmentDescription } from '../../contract/events.ts'
import { listFolder } from '../../disk/list-folder.ts'

const SEGMENT_FILE = /^(mic|speaker|screen)-(\d+)\./
/** No start is unconfirmed for as long. */
const LONGEST_START_MS = 60_000
/** The log has failed before it lacks the first sample of a segment for as long. */
const LONGEST_UNOPENED_MS = 15_000

/** The media of a recording that the log and the disk show. */
export interface FoundMedia {
  folder: string
  events: readonly LogEvent[]
  salvaged: readonly (SegmentDescription | null)[]
  /** The segments whose first sample the log does not have. */
  unopened: readonly Pick<SegmentDescription, 'medium' | 'number'>[]
  platform: Pick<CapturePlatform, 'isLonger'>
  identity: Identity | undefined
}

/**
 * Whether media of a recording must be from a later time than the log: an old log was restored
 * beside newer recordings. To be asked where something would be removed on its word. Rejects with
 * SealedFileError, and with errors of the file system.
 */
export async function hasNewerMedia(found: FoundMedia): Promise<boolean> {
  const { folder, events, salvaged, unopened, platform, identity } = found
  if (salvaged.some((segment) => segment !== null && segment.durationMs >= LONGEST_START_MS))
    return true
  const newest = newestBegun(events)
  const isLater = (await listFolder(folder)).some((name) => {
    const [, medium, number] = SEGMENT_FILE.exec(name) ?? []
    return medium !== undefined && Number(number) > (newest.get(medium) ?? 0)
  })
  if (isLater) return true
  for (const segment of unopened)
    if (await platform.isLonger(folder, segment, LONGEST_UNOPENED_MS, identity)) return true
  return false
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
