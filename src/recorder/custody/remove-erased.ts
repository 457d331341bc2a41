import type { EventLog } from '../../store/port.ts'
import type { RecordingsDisk } from '../disk/recordings-disk.ts'
import { mayLackFacts } from './may-lack-facts.ts'
import { removeRecordingFiles } from './remove-recording-files.ts'

/** The parts that it works with. */
export interface RemoveErasedOptions {
  /** Verified. */
  log: Pick<EventLog, 'readable' | 'unfinishedErasures'> & Parameters<typeof mayLackFacts>[0]
  recordingsDisk: Pick<RecordingsDisk, 'folderOf'>
  onFault(what: string, error: unknown): void
}

/**
 * Removes the files of erased recordings that are there again: with an old backup, or with a disk
 * that was not there when they were erased. `folders` has the names of all folders of recordings.
 * Removes nothing on the word of a log that may lack facts. Rejects with the signal's reason.
 */
export async function removeErased(
  { log, recordingsDisk, onFault }: RemoveErasedOptions,
  folders: Iterable<string>,
  signal: AbortSignal,
): Promise<void> {
  if (mayLackFacts(log)) return
  for (const id of folders) {
    if (!log.readable.erased.has(id)) continue
    // Those that are not complete are completed elsewhere, and what was removed is counted.
    if (log.unfinishedErasures().some(({ recordingId }) => recordingId === id)) continue
    signal.throwIfAborted()
    try {
      await removeRecordingFiles(recordingsDisk.folderOf(id), signal)
    } catch (error) {
      signal.throwIfAborted()
      onFault(`removing the files of the erased recording ${id}`, error)
    }
  }
}
