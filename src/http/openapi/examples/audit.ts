import type { AuditReportName, AuditReports } from '../../../contract/audit.ts'
import { type CsvColumn, csvHeader, csvRow } from '../../answers/csv.ts'
import { EVENT_COLUMNS, REPORT_COLUMNS } from '../../audit-columns.ts'
import { EVENTS } from './events.ts'
import { CRM, RECORDING_ID, STEPS, timeAt } from './story.ts'

const PERIOD = { from: '2026-01-31T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' }
const OF_RECORDING = { recordingId: RECORDING_ID, erased: false }

/** One row of each report. */
const ROWS: { [N in AuditReportName]: AuditReports[N] } = {
  refusals: {
    ...{ position: 51, at: timeAt(STEPS.resume + 20), ...OF_RECORDING },
    by: { side: 'ui', client: 'ui', user: 'maria' },
    ...{ command: 'track.stop', medium: null, code: 'CONTROL_HELD_BY_API', count: 1 },
    detail: 'The client crm of the API side controls this recording.',
  },
  'long-pauses': {
    ...{ ...OF_RECORDING, medium: 'mic' },
    ...{ from: timeAt(STEPS.pause), to: timeAt(STEPS.resume + 840), durationMs: 900_250 },
    ...{ pausedBy: CRM, resumedBy: CRM, startedBy: CRM },
  },
  gaps: {
    ...{ ...OF_RECORDING, medium: 'screen', reason: 'deviceLost' },
    ...{ from: timeAt(400), to: timeAt(412.5), durationMs: 12_500, startedBy: CRM },
  },
  untagged: {
    ...{ ...OF_RECORDING, startedAt: timeAt(STEPS.start), endedAt: timeAt(STEPS.stop) },
    ...{ closedAt: timeAt(STEPS.close), startedBy: CRM, tagKeys: [] },
  },
  'client-activity': {
    ...{ day: '2026-01-31', ...PERIOD, side: 'api', client: 'crm' },
    ...{ starts: 1, mediaStarts: 1, stops: 1, pauses: 1, resumes: 1, tags: 1, consents: 1 },
    ...{ closes: 1, others: 0, failures: 0, refusals: 0 },
  },
  accesses: {
    ...{ position: 63, at: timeAt(7_100), by: CRM, ...OF_RECORDING },
    ...{ act: 'played', media: ['mic'], keys: [], found: null },
  },
}

const page = (row: unknown) => ({ items: [row], nextCursor: null })

/** The bodies of answers to the auditor's questions, by operation. */
export const AUDIT_EXAMPLES = {
  listAuditEvents: { items: EVENTS, nextCursor: 'WyJldmVudHMiLDVd' },
  reportAccesses: page(ROWS.accesses),
  reportClientActivity: page(ROWS['client-activity']),
  reportGaps: page(ROWS.gaps),
  reportLongPauses: page(ROWS['long-pauses']),
  reportRefusals: page(ROWS.refusals),
  reportUntagged: page(ROWS.untagged),
}

function csvOf<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  return csvHeader(columns) + rows.map((row) => csvRow(columns, row)).join('')
}

function csvOfReport<N extends AuditReportName>(name: N): string {
  return csvOf<AuditReports[N]>(REPORT_COLUMNS[name], [ROWS[name]])
}

/** The same answers as CSV. */
export const CSV_EXAMPLES: Record<string, string> = {
  listAuditEvents: csvOf(EVENT_COLUMNS, EVENTS),
  reportAccesses: csvOfReport('accesses'),
  reportClientActivity: csvOfReport('client-activity'),
  reportGaps: csvOfReport('gaps'),
  reportLongPauses: csvOfReport('long-pauses'),
  reportRefusals: csvOfReport('refusals'),
  reportUntagged: csvOfReport('untagged'),
}
