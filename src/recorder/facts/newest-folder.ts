import type { EventLog, UnfinishedFile } from '../../store/port.ts'

const NO_TAGS: ReadonlySet<string> = new Set()

/**
 * Returns the folder of the newest closed recording with media, or of the newest that began before
 * a file; undefined when the log knows none. Where it is missing, the disk of the recordings may
 * not be mounted.
 */
export async function newestFolder(
  log: Pick<EventLog, 'closedRecordings' | 'segments'>,
  folderOf: (id: string) => string,
  before?: Pick<UnfinishedFile, 'recordingId' | 'startedAt'>,
): Promise<string | undefined> {
  const to = before && { to: before.startedAt }
  for await (const { id } of log.closedRecordings({ ...to, tagKeys: NO_TAGS, atATime: 1 })) {
    if (id === before?.recordingId) continue
    const { items } = await log.segments(id, { limit: 1 })
    if (items.length > 0) return folderOf(id)
  }
  return undefined
}
