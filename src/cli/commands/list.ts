import type { RecordingState } from '../../contract/media.ts'
import type { RecordingAnswer } from '../../contract/resources.ts'
import { defineCommand } from '../command.ts'
import { UsageError } from '../problem.ts'
import { duration, localTime, parseTime } from '../quantities.ts'
import { givenTags, stateText } from '../recording-text.ts'
import { columns, printable, type Style } from '../style.ts'

/** A page of a list, as the API answers it. */
export interface Page<T> {
  items: T[]
  nextCursor: string | null
}

const STATE_CHOICES = [
  'Active',
  'Paused',
  'WrapUp',
  'Closed',
] as const satisfies readonly RecordingState[]

/** Lists recordings. */
export const list = defineCommand({
  name: 'list',
  summary: 'list recordings, newest first',
  description: [
    'Times are RFC 3339 (2026-01-31T10:00:00Z), or local: 2026-01-31 or 2026-01-31T10:00. A day given to --to ' +
      'is listed to its end.',
  ],
  options: {
    state: {
      kind: 'text',
      value: 'STATE',
      choices: STATE_CHOICES,
      help: 'Only recordings in this state.',
    },
    from: { kind: 'text', value: 'TIME', help: 'Only recordings started at or after this.' },
    to: { kind: 'text', value: 'TIME', help: 'Only recordings started before this.' },
    limit: {
      kind: 'number',
      value: 'NUMBER',
      min: 1,
      max: 1000,
      help: 'How many at most. Default: 20.',
    },
    cursor: {
      kind: 'text',
      value: 'CURSOR',
      help: 'Where the page before ended, as printed below it.',
    },
  },
  examples: [
    { line: 'f2f list', does: 'Lists the last 20 recordings.' },
    {
      line: 'f2f list --state Closed --from 2026-01-31 --to 2026-01-31',
      does: 'Lists what was recorded on that day.',
    },
    {
      line: 'f2f list --limit 1000 --json',
      does: 'Prints the API’s {"items": …, "nextCursor": …}.',
    },
  ],
  async run({ options, api, style }) {
    const page = await api.get<Page<RecordingAnswer>>('/recordings', {
      state: options.state,
      from: instant('from', options.from),
      to: instant('to', options.to),
      limit: options.limit ?? 20,
      cursor: options.cursor,
    })
    return { json: page, text: listText(page, style) }
  },
})

function instant(name: 'from' | 'to', text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const time = parseTime(text, name === 'to')
  if (time === null)
    throw new UsageError(
      `--${name} takes a time like 2026-01-31, 2026-01-31T10:00 or 2026-01-31T10:00:00Z`,
    )
  return time.toISOString()
}

function listText(page: Page<RecordingAnswer>, style: Style): string {
  if (page.items.length === 0) return 'No recordings.'
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
    Object.keys(recording.tracks).join(','),
    givenTags(recording.tags).length === 0 ? '' : String(givenTags(recording.tags).length),
  ])
  const head = ['ID', 'STARTED', 'LENGTH', 'STATE', 'BY', 'MEDIA', 'TAGS'].map(style.weak)
  const more = page.nextCursor === null ? '' : `\n\nThere are more: add --cursor ${page.nextCursor}`
  return columns([head, ...rows], { right: [2, 6] }) + more
}
