import type { EventLog } from '../../store/port.ts'
import type { RecordingsDisk } from '../disk/recordings-disk.ts'
import { removeRecordingFiles } from './remove-recording-files.ts'

/** The parts that it works with. */
export interface RemoveErasedOptions {
  /** Verified. */
  log: Pick<EventLog, 'readable' | 'unfinishedErasures' | 'lostWitness' | 'contradiction'>
  recordingsDisk: Pick<RecordingsDisk, 'folderOf'>
  onFault(what: string, error: unknown): void
}

/**
 * Removes the files of erased recordings that are there again: with an old backup, or with a disk
 * that was not there when they were erased. `folders` has the names of all folders of recordings.
 * Removes nothing on the word of a log that has lost its end or is contradicted. Rejects with the
 * signal's reason.
 */
export async function removeErased(
  { log, recordingsDisk, onFault }: RemoveErasedOptions,
  folders: Iterable<string>,
  signal: AbortSignal,
): Promise<void> {
  if (log.lostWitness !== undefined || log.contradiction !== null) return
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
