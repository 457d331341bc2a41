import { ACTIVITY_COUNTS, type AuditReports } from '../../contract/audit.ts'
import type { By } from '../../contract/by.ts'
import type { LogEvent } from '../../contract/events.ts'
import { duration, localTime, shortDuration } from '../text/quantities.ts'
import { printable, type Style } from '../text/style.ts'
import type { Column } from '../text/table.ts'

/** The rows of each question. */
export interface AuditRows extends AuditReports {
  events: LogEvent
}

/** The name of a question. */
export type QuestionName = keyof AuditRows

/** How the rows of a question look in a terminal. */
export interface AuditTable<Row> {
  columns: Column[]
  /** The column that begins the second line of a row on a narrow terminal. */
  breakAt: number
  cells(row: Row, style: Style): string[]
  /** The sentence without rows. */
  none: string
}

const TIME: Column = { title: 'TIME', rank: 0 }
const BY: Column = { title: 'BY', rank: 0, least: 8 }
const RECORDING: Column = { title: 'RECORDING', rank: 0 }
/** Behind the recording: whether it is erased. */
const ERASED: Column = { rank: 1 }

const who = (by: By | null): string =>
  by === null ? '' : by.side === 'system' ? 'system' : `${by.side}/${printable(by.client)}`

const recording = (
  { recordingId, erased }: { recordingId: string | null; erased: boolean },
  style: Style,
): string[] => [recordingId ?? '', erased ? style.weak('erased') : '']

const length = (row: { durationMs: number; to: string | null }): string =>
  row.to === null ? `${duration(row.durationMs)}+` : shortDuration(row.durationMs)

/** The table of each question. */
export const AUDIT_TABLES: { [N in QuestionName]: AuditTable<AuditRows[N]> } = {
  events: {
    columns: [
      { title: 'POSITION', rank: 0, right: true },
      TIME,
      { title: 'TYPE', rank: 0 },
      { ...BY, rank: 1 },
      { ...RECORDING, rank: 2 },
      { title: 'DATA', rank: 3, least: 12 },
    ],
    breakAt: 3,
    cells: ({ position, at, type, by, recordingId, data }) => [
      ...[String(position), localTime(at), type, who(by), recordingId ?? ''],
      JSON.stringify(data) === '{}' ? '' : printable(JSON.stringify(data)),
    ],
    none: 'There are no such events.',
  },
  refusals: {
    columns: [
      ...[TIME, BY, { title: 'COMMAND', rank: 0 }, { title: 'WHY', rank: 0 }],
      { title: 'TIMES', rank: 3, right: true },
      { ...RECORDING, rank: 1 },
      ERASED,
      { title: 'DETAIL', rank: 2, least: 16 },
    ],
    breakAt: 2,
    cells: (row, style) => [
      ...[localTime(row.at), who(row.by)],
      row.medium === null ? row.command : `${row.command}: ${row.medium}`,
      ...[row.code, row.count === 1 ? '' : String(row.count)],
      ...[...recording(row, style), printable(row.detail)],
    ],
    none: 'Nothing was refused.',
  },
  'long-pauses': {
    columns: [
      { title: 'FROM', rank: 0 },
      { title: 'LENGTH', rank: 0, right: true },
      { title: 'MEDIUM', rank: 0 },
      { title: 'PAUSED BY', rank: 1, least: 8 },
      { title: 'RESUMED BY', rank: 2, least: 8 },
      RECORDING,
      ERASED,
    ],
    breakAt: 5,
    cells: (row, style) => [
      ...[localTime(row.from), length(row), row.medium],
      ...[who(row.pausedBy), who(row.resumedBy), ...recording(row, style)],
    ],
    none: 'No pause was so long.',
  },
  gaps: {
    columns: [
      { title: 'FROM', rank: 0 },
      { title: 'REASON', rank: 0 },
      { title: 'MEDIUM', rank: 1 },
      { title: 'LENGTH', rank: 2, right: true },
      { title: 'STARTED BY', rank: 3, least: 8 },
      RECORDING,
      ERASED,
    ],
    breakAt: 5,
    cells: (row, style) => [
      ...[localTime(row.from), row.reason, row.medium, length(row)],
      ...[who(row.startedBy), ...recording(row, style)],
    ],
    none: 'There are no such gaps.',
  },
  untagged: {
    columns: [
      { title: 'STARTED', rank: 0 },
      { title: 'STARTED BY', rank: 0, least: 8 },
      RECORDING,
      ERASED,
      { title: 'OTHER TAGS', rank: 1, least: 12 },
    ],
    breakAt: 2,
    cells: (row, style) => [
      ...[localTime(row.startedAt), who(row.startedBy), ...recording(row, style)],
      row.tagKeys.join(' '),
    ],
    none: 'Every closed recording is tagged.',
  },
  'client-activity': {
    columns: [
      { title: 'DAY', rank: 0 },
      { title: 'CLIENT', rank: 0, least: 8 },
      ...ACTIVITY_COUNTS.map((count, index) => ({
        title: (count === 'mediaStarts' ? 'media' : count).toUpperCase(),
        rank: count === 'refusals' ? 1 : index + 2,
        right: true as const,
      })),
    ],
    breakAt: 2,
    cells: (row) => [
      ...[row.day, who({ ...row, user: '' })],
      ...ACTIVITY_COUNTS.map((count) => (row[count] === 0 ? '' : String(row[count]))),
    ],
    none: 'No client did anything.',
  },
  accesses: {
    columns: [
      ...[TIME, BY, { title: 'ACT', rank: 0 }],
      { title: 'WHAT', rank: 1, least: 8 },
      { title: 'FOUND', rank: 2, right: true },
      RECORDING,
      ERASED,
    ],
    breakAt: 3,
    cells: (row, style) => [
      ...[localTime(row.at), who(row.by), row.act, [...row.media, ...row.keys].join(' ')],
      ...[row.found === null ? '' : String(row.found), ...recording(row, style)],
    ],
    none: 'Nobody has seen what is in a recording.',
  },
}
