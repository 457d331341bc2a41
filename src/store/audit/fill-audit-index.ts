import type { OpenedLog } from '../opened-log.ts'
import type { LogWriter } from '../writing/log-writer.ts'

/**
 * Reads the index for the auditor's questions into memory, and makes what is missing of it, as long
 * as `isIdle`. An older
 * recorder has written none, and a block that had changed was removed. Rejects with
 * STORAGE_UNAVAILABLE or STORAGE_FULL.
 */
export async function fillAuditIndex(
  log: OpenedLog,
  writer: Pick<LogWriter, 'write'>,
  isIdle: () => boolean,
): Promise<void> {
  for await (const operations of log.audit.fill(log)) {
    if (!isIdle()) return
    if (operations.length > 0) await writer.write(operations)
  }
}
