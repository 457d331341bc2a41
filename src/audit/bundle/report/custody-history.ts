import type { LogEvent } from '../../../contract/events.ts'
import type { ReportConsent, ReportHold, ReportWarning } from './report-model.ts'

/** Lists the answers of the customer, oldest first. */
export function consentsOf(events: readonly LogEvent[]): ReportConsent[] {
  return events.flatMap((event) => {
    if (event.type !== 'recording.consentRecorded') return []
    const { state, method, note } = event.data
    return { state, method, note: note ?? null, at: event.at, by: event.by }
  })
}

/** Lists the holds, oldest first, with their releases. */
export function holdsOf(events: readonly LogEvent[]): ReportHold[] {
  const holds = new Map<string, ReportHold>()
  for (const { type, data, at, by } of events) {
    if (type === 'recording.held')
      holds.set(data.holdId, { id: data.holdId, reason: data.reason, at, by, released: null })
    if (type !== 'recording.holdReleased') continue
    const hold = holds.get(data.holdId)
    if (hold) hold.released = { reason: data.reason, at, by }
  }
  return [...holds.values()]
}

/** Lists the warnings, oldest first, with their ends. */
export function warningsOf(events: readonly LogEvent[]): ReportWarning[] {
  const warnings: ReportWarning[] = []
  for (const { type, data, at } of events) {
    if (type === 'warning.raised')
      warnings.push({ code: data.code, medium: data.medium ?? null, at, clearedAt: null })
    if (type !== 'warning.cleared') continue
    const raised = warnings.findLast(
      ({ code, medium, clearedAt }) =>
        code === data.code && medium === (data.medium ?? null) && clearedAt === null,
    )
    if (raised) raised.clearedAt = at
  }
  return warnings
}
