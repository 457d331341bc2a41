import type { ComponentChildren } from 'preact'
import { ACTIVITY_COUNTS, type AuditReportName, type AuditReports } from '../../contract/audit.ts'
import { mediaText, mediumName } from '../record/medium-name.ts'
import { actText, clientText, lengthText, Moment, RecordingLink, Who, Why } from './cells.tsx'
import { type AuditTextKey, t } from './texts/texts.ts'

/** A column of a report. */
export interface ReportColumn<Row> {
  title: AuditTextKey
  /** Numbers stand to the right. */
  isNumber?: boolean
  cell(row: Row): ComponentChildren
}

interface OfRecording {
  recordingId: string | null
  erased: boolean
}

const RECORDING: ReportColumn<OfRecording> = {
  title: 'audit.column.recording',
  cell: (row) => <RecordingLink row={row} />,
}

/** The columns of each report. */
export const REPORT_COLUMNS: { [N in AuditReportName]: ReportColumn<AuditReports[N]>[] } = {
  refusals: [
    { title: 'audit.column.at', cell: ({ at }) => <Moment at={at} /> },
    { title: 'audit.column.by', cell: ({ by }) => <Who by={by} /> },
    {
      title: 'audit.column.command',
      cell: ({ command, medium }) => {
        const verb = t(`player.command.${command}`)
        return medium === null ? verb : `${mediumName(medium)}: ${verb}`
      },
    },
    { title: 'audit.column.why', cell: Why },
    {
      title: 'audit.column.recording',
      cell: (row) => <RecordingLink row={row} position={row.position} />,
    },
  ],
  'long-pauses': [
    { title: 'audit.column.from', cell: ({ from }) => <Moment at={from} /> },
    { title: 'audit.column.length', cell: lengthText, isNumber: true },
    { title: 'audit.column.medium', cell: ({ medium }) => mediumName(medium) },
    { title: 'audit.column.pausedBy', cell: ({ pausedBy }) => <Who by={pausedBy} /> },
    { title: 'audit.column.resumedBy', cell: ({ resumedBy }) => <Who by={resumedBy} /> },
    RECORDING,
  ],
  gaps: [
    { title: 'audit.column.from', cell: ({ from }) => <Moment at={from} /> },
    { title: 'audit.column.length', cell: lengthText, isNumber: true },
    { title: 'audit.column.reason', cell: ({ reason }) => t(`player.gap.${reason}`) },
    { title: 'audit.column.medium', cell: ({ medium }) => mediumName(medium) },
    { title: 'audit.column.startedBy', cell: ({ startedBy }) => <Who by={startedBy} /> },
    RECORDING,
  ],
  untagged: [
    { title: 'audit.column.startedAt', cell: ({ startedAt }) => <Moment at={startedAt} /> },
    { title: 'audit.column.startedBy', cell: ({ startedBy }) => <Who by={startedBy} /> },
    { title: 'audit.column.tagKeys', cell: ({ tagKeys }) => tagKeys.join(', ') },
    RECORDING,
  ],
  'client-activity': [
    { title: 'audit.column.day', cell: ({ day }) => <time dateTime={day}>{day}</time> },
    { title: 'audit.column.client', cell: clientText },
    ...ACTIVITY_COUNTS.map((count) => ({
      title: `audit.count.${count}` as const,
      isNumber: true,
      cell: (row: AuditReports['client-activity']) => (row[count] === 0 ? null : row[count]),
    })),
  ],
  accesses: [
    { title: 'audit.column.at', cell: ({ at }) => <Moment at={at} /> },
    { title: 'audit.column.by', cell: ({ by }) => <Who by={by} /> },
    { title: 'audit.column.act', cell: ({ act }) => actText(act) },
    { title: 'audit.column.subject', cell: subjectText },
    RECORDING,
  ],
}

/** Names what was seen: media, the keys of a search and what it has found, or the whole log. */
function subjectText({ act, media, keys, found, recordingId }: AuditReports['accesses']): string {
  const parts = [mediaText(media), keys.join(', ')]
  if (found !== null) parts.push(t('audit.found', { count: found }))
  if (recordingId === null && act !== 'searched') parts.push(t('audit.wholeLog'))
  return parts.filter((part) => part !== '').join(' · ')
}
