import { saveBlob } from '../controls/save-blob.ts'
import { recorder } from '../live/recorder.ts'
import { type AskedQuestion, toReportQuery } from './audit-query.ts'

/**
 * Saves all rows of a question as CSV, through the browser's download. Rejects when the answer
 * breaks off: an incomplete file is never saved.
 */
export async function saveCsv(asked: AskedQuestion, signal: AbortSignal): Promise<void> {
  const answer = await recorder.auditCsv(asked.name, toReportQuery(asked), { signal })
  saveBlob(await answer.blob(), `${asked.name}.csv`)
}
