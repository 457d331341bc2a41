import { ACTIVITY_COUNTS, type AuditReportName, type AuditReports } from '../contract/audit.ts'
import type { By } from '../contract/by.ts'
import type { LogEvent } from '../contract/events.ts'
import type { CsvColumn } from './answers/csv.ts'

/** Who did something, as three columns. `prefix` begins their titles. */
function whoColumns<Row>(who: (row: Row) => By | null, prefix = ''): CsvColumn<Row>[] {
  const members = ['side', 'client', 'user'] as const
  return members.map((member) => [titleOf(prefix, member), (row) => who(row)?.[member] ?? null])
}

const titleOf = (prefix: string, member: string): string =>
  prefix === '' ? member : `${prefix}${member[0]?.toUpperCase()}${member.slice(1)}`

/** Returns a member of a row as a column of its own name. */
function plain<Row, K extends keyof Row & string>(...names: K[]): CsvColumn<Row>[] {
  return names.map((name) => [name, (row) => row[name] as ReturnType<CsvColumn<Row>[1]>])
}

/** The columns of events as CSV. `data` is JSON. */
export const EVENT_COLUMNS: readonly CsvColumn<LogEvent>[] = [
  ...plain<LogEvent, 'position' | 'at' | 'type'>('position', 'at', 'type'),
  ...whoColumns<LogEvent>(({ by }) => by),
  ...plain<LogEvent, 'recordingId' | 'version' | 'commandId'>(
    ...(['recordingId', 'version', 'commandId'] as const),
  ),
  ['data', ({ data }) => JSON.stringify(data)],
]

type Rows = AuditReports

/** The columns of each report as CSV. */
export const REPORT_COLUMNS: { [N in AuditReportName]: readonly CsvColumn<Rows[N]>[] } = {
  refusals: [
    ...plain<Rows['refusals'], 'position' | 'at'>('position', 'at'),
    ...whoColumns<Rows['refusals']>(({ by }) => by),
    ...plain<Rows['refusals'], keyof Rows['refusals']>(
      ...(['command', 'recordingId', 'erased', 'medium', 'code', 'detail', 'count'] as const),
    ),
  ],
  'long-pauses': [
    ...plain<Rows['long-pauses'], keyof Rows['long-pauses']>(
      ...(['recordingId', 'erased', 'medium', 'from', 'to', 'durationMs'] as const),
    ),
    ...whoColumns<Rows['long-pauses']>(({ pausedBy }) => pausedBy, 'pausedBy'),
    ...whoColumns<Rows['long-pauses']>(({ resumedBy }) => resumedBy, 'resumedBy'),
    ...whoColumns<Rows['long-pauses']>(({ startedBy }) => startedBy, 'startedBy'),
  ],
  gaps: [
    ...plain<Rows['gaps'], keyof Rows['gaps']>(
      ...(['recordingId', 'erased', 'medium', 'reason', 'from', 'to', 'durationMs'] as const),
    ),
    ...whoColumns<Rows['gaps']>(({ startedBy }) => startedBy, 'startedBy'),
  ],
  untagged: [
    ...plain<Rows['untagged'], keyof Rows['untagged']>(
      ...(['recordingId', 'erased', 'startedAt', 'endedAt', 'closedAt'] as const),
    ),
    ...whoColumns<Rows['untagged']>(({ startedBy }) => startedBy, 'startedBy'),
    ...plain<Rows['untagged'], 'tagKeys'>('tagKeys'),
  ],
  'client-activity': plain<Rows['client-activity'], keyof Rows['client-activity']>(
    ...(['day', 'from', 'to', 'side', 'client'] as const),
    ...ACTIVITY_COUNTS,
  ),
  accesses: [
    ...plain<Rows['accesses'], 'position' | 'at'>('position', 'at'),
    ...whoColumns<Rows['accesses']>(({ by }) => by),
    ...plain<Rows['accesses'], keyof Rows['accesses']>(
      ...(['act', 'recordingId', 'erased', 'media', 'keys', 'found'] as const),
    ),
  ],
}
