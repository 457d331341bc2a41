import type { EventLog, UnfinishedFile } from '../../store/port.ts'

const NO_TAGS: ReadonlySet<string> = new Set()

/**
 * Returns the folder of the newest closed recording with media that began before a file; undefined
 * when the log knows none. Where it is missing, too, the disk of the recordings is not there.
 */
export async function folderBefore(
  log: Pick<EventLog, 'closedRecordings' | 'segments'>,
  { recordingId, startedAt }: Pick<UnfinishedFile, 'recordingId' | 'startedAt'>,
  folderOf: (id: string) => string,
): Promise<string | undefined> {
  for await (const { id } of log.closedRecordings({ to: startedAt, tagKeys: NO_TAGS })) {
    if (id === recordingId) continue
    const { items } = await log.segments(id, { limit: 1 })
    if (items.length > 0) return folderOf(id)
  }
  return undefined
}
