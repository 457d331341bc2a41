import type { Page } from '../../client/types.ts'
import type { RecordingState } from '../../contract/states.ts'
import type { RecordingAnswer } from '../../contract/views.ts'
import { defineCommand } from '../command.ts'
import { fetchAllItems } from '../connection/fetch-all-items.ts'
import { UsageError } from '../problem.ts'
import { parseTagArguments } from '../tag-arguments.ts'
import { duration, localTime } from '../text/quantities.ts'
import { clientTags, stateText } from '../text/recording-text.ts'
import { printable, type Style, wrap } from '../text/style.ts'
import { type Column, table } from '../text/table.ts'
import { toUtc } from '../to-utc.ts'

const STATE_CHOICES = [
  'Active',
  'Paused',
  'WrapUp',
  'Closed',
] as const satisfies readonly RecordingState[]

/** Lists recordings. */
export const list = defineCommand({
  name: 'list',
  summary: 'List recordings, newest first.',
  description: [
    'Times are local (2026-01-31 or 2026-01-31T10:00), or RFC 3339 (2026-01-31T10:00:00Z). A day given to --to ' +
      'is included to its end.',
    'With --tag, only recordings with all these tags are listed: KEY=VALUE for a string, KEY:=JSON for a number or a ' +
      'boolean. For personal data use `--tag -`, which reads the tags from stdin.',
  ],
  options: {
    state: {
      kind: 'text',
      value: 'STATE',
      choices: STATE_CHOICES,
      help: 'List only recordings in this state.',
    },
    from: {
      kind: 'text',
      value: 'TIME',
      help: 'List only recordings started at or after this time.',
    },
    to: { kind: 'text', value: 'TIME', help: 'List only recordings started before this time.' },
    tag: {
      kind: 'many',
      value: 'KEY=VALUE',
      help: 'List only recordings with this tag. `-` reads the tags from stdin.',
    },
    client: {
      kind: 'text',
      value: 'NAME',
      help: 'List only recordings that this client started.',
    },
    gaps: {
      kind: 'flag',
      help: 'List only recordings with gaps that nobody wanted.',
    },
    all: { kind: 'flag', help: 'List all of them, however many there are.' },
    limit: {
      kind: 'number',
      value: 'NUMBER',
      min: 1,
      max: 1000,
      help: 'List at most this many recordings. Default: 20.',
    },
    cursor: {
      kind: 'text',
      value: 'CURSOR',
      help: 'Continue the list after an earlier page, which shows the cursor at its end.',
    },
  },
  examples: [
    { line: 'f2f list', does: 'Lists the last 20 recordings.' },
    {
      line: 'f2f list --state Closed --from 2026-01-31 --to 2026-01-31',
      does: 'Lists the closed recordings of that day.',
    },
    { line: 'f2f list --all --tag desk=3', does: 'Lists all recordings of that desk.' },
    {
      line: 'f2f list --client crm --gaps',
      does: 'Lists what went wrong in recordings of that client.',
    },
    {
      line: 'f2f list --limit 1000 --json',
      does: 'Prints the API’s answer as JSON: {"items": …, "nextCursor": …}.',
    },
  ],
  async run({ options, api, io, style }) {
    if (options.all && (options.limit !== undefined || options.cursor !== undefined))
      throw new UsageError('The option --all cannot be combined with --limit or --cursor.')
    const query = {
      state: options.state,
      from: toUtc('from', options.from),
      to: toUtc('to', options.to),
    }
    const tags = options.tag && (await parseTagArguments(options.tag, io.stdin))
    const gaps = options.gaps ? true : undefined
    const search = { tags, client: options.client, gaps } as const
    const isSearch = Object.values(search).some((condition) => condition !== undefined)
    const fetchPage = (page: { limit: number; cursor?: string | undefined }) =>
      isSearch
        ? api.search({ ...query, ...search, ...page })
        : api.recordings({ ...query, ...page })
    const page = options.all
      ? { items: await fetchAllItems(fetchPage), nextCursor: null }
      : await fetchPage({ limit: options.limit ?? 20, cursor: options.cursor })
    return { json: page, text: listText(page, style) }
  },
})

const COLUMNS: Column[] = [
  { title: 'ID', rank: 0 },
  { title: 'STARTED', rank: 0 },
  { title: 'LENGTH', rank: 1, right: true },
  { title: 'STATE', rank: 0 },
  { title: 'BY', rank: 4, least: 8 },
  { title: 'MEDIA', rank: 2, least: 9 },
  { title: 'TAGS', rank: 3, right: true },
]

function listText(page: Page<RecordingAnswer>, style: Style): string {
  if (page.items.length === 0) return 'There are no recordings.'
  const rows = page.items.map((recording) => [
    recording.id,
    localTime(recording.startedAt),
    duration(
      Date.parse(recording.endedAt ?? new Date().toISOString()) - Date.parse(recording.startedAt),
    ),
    stateText(recording.state, style),
    recording.startedBy.side === 'system'
      ? 'system'
      : `${recording.startedBy.side}/${printable(recording.startedBy.client)}`,
    Object.entries(recording.tracks)
      .filter(([, { state }]) => state !== 'off')
      .map(([medium]) => medium)
      .join(','),
    clientTags(recording.tags).length === 0 ? '' : String(clientTags(recording.tags).length),
  ])
  const more =
    page.nextCursor === null
      ? ''
      : `\n\n${wrap(`There are more recordings. Add --cursor ${page.nextCursor} to list them.`, style.columns)}`
  return table(COLUMNS, rows, { style, breakAt: 1 }) + more
}
