import { join } from 'node:path'
import type { RecordingWithHistory } from '../../client/types.ts'
import type { By } from '../../contract/by.ts'
import type { SegmentDescription } from '../../contract/events.ts'
import { segmentKey } from '../../contract/segment-key.ts'
import type { SegmentView } from '../../contract/views.ts'
import { defineCommand } from '../command.ts'
import type { Api } from '../connection/api.ts'
import { fetchAllItems } from '../connection/fetch-all-items.ts'
import { resolveRecordingId } from '../recording-id.ts'
import { accessesText } from '../text/accesses-text.ts'
import { duration, localTime, shortDuration, size } from '../text/quantities.ts'
import { recordingText, type TrackAnswer, tagsText } from '../text/recording-text.ts'
import { printable, type Style } from '../text/style.ts'
import { type Column, table } from '../text/table.ts'
import { twoColumns } from '../text/two-columns.ts'
import { RECORDING_ARGUMENT } from './control.ts'

/** A segment with the path of its file. */
type SegmentWithPath = SegmentView & { path: string | null }

/** Shows everything about a recording. */
export const show = defineCommand({
  name: 'show',
  summary: 'Show a recording: tracks, gaps, tags and files.',
  args: RECORDING_ARGUMENT,
  description: [
    'Shows who recorded what and when, each gap with its reason, the tags with their history, and each segment ' +
      'with its file. Without ID, the command shows the current recording. With --json: {"recording": …, ' +
      '"segments": […]}, each segment with the path of its file; with --access also "accesses".',
  ],
  options: {
    access: {
      kind: 'flag',
      help: 'Also show who played, downloaded, exported, bundled, watched, replayed, read, inspected or verified the recording, and when.',
    },
  },
  examples: [
    { line: 'f2f show', does: 'Shows the current recording.' },
    { line: 'f2f show last', does: 'Shows the newest recording.' },
    { line: 'f2f show last --access', does: 'Also shows who has seen what is in it.' },
    { line: 'f2f show 7c1e', does: 'Shows the recording whose id begins with 7c1e.' },
  ],
  async run({ args, options, api, home, style }) {
    const recording = await api.recording(await resolveRecordingId(api, args[0]))
    // Before the events are read, which is an access itself.
    const accesses = options.access
      ? await fetchAllItems((query) => api.accesses(recording.id, query))
      : undefined
    const segments = await fetchAllItems((query) => api.segments(recording.id, query))
    const files = await fetchSegmentFiles(api, recording.id)
    const segmentsWithPaths = segments.map((segment): SegmentWithPath => {
      const file = files.get(segmentKey(segment.medium, segment.number))
      return {
        ...segment,
        path: file === undefined ? null : join(home.recordingsFolder, recording.id, file),
      }
    })
    return {
      json: { recording, segments: segmentsWithPaths, ...(accesses && { accesses }) },
      text: [
        showText(recording, segmentsWithPaths, style),
        ...(accesses ? [titled('Accesses', accessesText(accesses, style), style)] : []),
      ].join('\n\n'),
    }
  },
})

/**
 * Fetches the file name of each segment, by its key. Only the events name files: clients read media
 * through the API, whatever the files are called.
 */
async function fetchSegmentFiles(api: Api, id: string): Promise<Map<string, string>> {
  const events = await fetchAllItems((query) => api.events(id, query))
  const closed = events.flatMap((event): SegmentDescription[] =>
    event.type === 'segment.closed' ? [event.data] : [],
  )
  return new Map(closed.map(({ medium, number, file }) => [segmentKey(medium, number), file]))
}

const GAP_COLUMNS: Column[] = [{ rank: 0 }, { rank: 0 }, { rank: 0 }, { rank: 0 }]

/** The path comes last: it is never shortened, so that it can be copied. */
const FILE_COLUMNS: Column[] = [
  { rank: 0 },
  { rank: 0 },
  { rank: 1, right: true },
  { rank: 2, right: true },
  { rank: 3 },
  { rank: 0 },
]

function showText(
  recording: RecordingWithHistory,
  segments: readonly SegmentWithPath[],
  style: Style,
): string {
  const { startedBy } = recording
  const rows = [
    [
      'Started',
      `${localTime(recording.startedAt)} by ${startedBy.side}/${printable(startedBy.client)} (user ${printable(startedBy.user)})`,
    ],
    ...(recording.endedAt ? [['Ended', localTime(recording.endedAt)]] : []),
    ...(recording.closedAt ? [['Closed', localTime(recording.closedAt)]] : []),
    ...custodyRows(recording),
    ...consentRow(recording),
    ['Audio', recording.recordingType],
    ['Version', String(recording.version)],
    ['You may', recording.allowedCommands.join(', ') || 'only read'],
  ]
  const gaps = Object.entries(recording.tracks).flatMap(([medium, track]) => gapRows(medium, track))
  return [
    recordingText(recording, style),
    twoColumns(rows, style),
    titled('Gaps', table(GAP_COLUMNS, gaps, { style, indent: '  ', breakAt: 2 }), style),
    titled('Tags, oldest first', tagsText(recording.tagHistory, style), style),
    titled('Files', filesText(segments, style), style),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function custodyRows({ erased, retention, holds }: RecordingWithHistory): string[][] {
  const who = ({ by }: { by: By }) => `${by.side}/${printable(by.client)}`
  if (erased)
    return [['Erased', `${localTime(erased.at)} by ${who(erased)}: ${printable(erased.reason)}`]]
  const held = holds.map((hold) => ['On hold', `by ${who(hold)}: ${printable(hold.reason)}`])
  if (retention === null) return held
  const rule = retention.rule === null ? 'retention.maxDays' : printable(retention.rule)
  return [...held, ['Kept until', `${localTime(retention.eraseAt)} (${rule})`]]
}

function consentRow({ consent }: RecordingWithHistory): string[][] {
  if (consent === null) return []
  const { state, method, at, by, note } = consent
  const text = `${state} (${printable(method)}) at ${localTime(at)}, by ${by.side}/${printable(by.client)}`
  return [['Consent', note === undefined ? text : `${text}: ${printable(note)}`]]
}

function gapRows(medium: string, { gaps }: TrackAnswer): string[][] {
  return gaps.map(({ from, to, reason }) => [
    medium,
    localTime(from),
    to === null ? 'until now' : `for ${shortDuration(Date.parse(to) - Date.parse(from))}`,
    reason,
  ])
}

function filesText(segments: readonly SegmentWithPath[], style: Style): string {
  const rows = segments.map((segment) => [
    `${segment.medium} ${segment.number}`,
    localTime(segment.startedAt),
    duration(segment.durationMs),
    size(segment.bytes),
    segment.codec,
    segment.path ?? '(unknown)',
  ])
  return table(FILE_COLUMNS, rows, { style, indent: '  ', breakAt: 5 })
}

function titled(title: string, body: string, style: Style): string {
  return body === '' ? '' : `${style.strong(title)}\n${body}`
}
