import type { KeyRing } from '../../custody/port.ts'
import type { EventLog } from '../../store/port.ts'
import type { RecordingsDisk } from '../disk/recordings-disk.ts'
import { mayLackFacts } from './may-lack-facts.ts'
import { removeRecordingFiles } from './remove-recording-files.ts'

const PAGE = 500

/** The parts that it works with. */
export interface RolledBackOptions {
  /** Verified. */
  log: Pick<EventLog, 'audit'> & Parameters<typeof mayLackFacts>[0]
  keys: Pick<KeyRing, 'discard'>
  recordingsDisk: Pick<RecordingsDisk, 'folderOf'>
  onFault(what: string, error: unknown): void
}

/**
 * Removes the files and keys of starts that were rolled back: a kill may have come before their
 * removal, or the disk has refused it. `folders` has the names of all folders of recordings.
 * Recordings that the log does not know stay, and so does all while it may lack facts. Rejects with
 * the signal's reason, or as the log does.
 */
export async function removeRolledBack(
  { log, keys, recordingsDisk, onFault }: RolledBackOptions,
  folders: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  if (mayLackFacts(log) || folders.size === 0) return
  const query = { types: ['recording.startFailed'], order: 'oldest', limit: PAGE } as const
  for (let after: number | null = 0; after !== null; ) {
    const { items, next } = await log.audit.events({ ...query, after })
    for (const { recordingId: id } of items) {
      signal.throwIfAborted()
      if (id === null || !folders.has(id)) continue
      try {
        await removeRecordingFiles(recordingsDisk.folderOf(id), signal)
      } catch (error) {
        onFault(`removing the files of the failed start ${id}`, error)
      }
      await keys.discard(id)
    }
    after = next
  }
}
