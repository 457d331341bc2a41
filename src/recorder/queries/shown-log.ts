import type { ApplicationView } from '../../contract/views.ts'
import type { EventLog } from '../../store/port.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'

/** Returns the state of the log as clients see it: read-only until its recovery is durable. */
export function shownLog(
  { status, verification }: Pick<EventLog, 'status' | 'verification'>,
  { unrecordedEnd }: Pick<FactPipeline, 'unrecordedEnd'>,
): Pick<ApplicationView['storage'], 'log' | 'verification'> {
  if (unrecordedEnd || status === 'reopening') return { log: 'readOnly' }
  return status === 'verifying' && verification ? { log: status, verification } : { log: status }
}
