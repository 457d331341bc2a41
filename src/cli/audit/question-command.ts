import type { AuditEventsQuery, AuditReportQueries, Page } from '../../client/types.ts'
import {
  type Command,
  defineCommand,
  type Input,
  type OptionSpec,
  type OptionValues,
} from '../command.ts'
import type { Api } from '../connection/api.ts'
import { fetchAllItems } from '../connection/fetch-all-items.ts'
import { localProblem, UsageError } from '../problem.ts'
import { type Style, wrap } from '../text/style.ts'
import { table } from '../text/table.ts'
import { writeText } from '../text/write-line.ts'
import { toUtc } from '../to-utc.ts'
import { AUDIT_TABLES, type AuditRows, type AuditTable, type QuestionName } from './tables.ts'

const SHOWN = 20

/** The sides that can be asked for. */
export const SIDES = ['api', 'ui', 'system'] as const
/** The sides that start recordings. */
export const CLIENT_SIDES = ['api', 'ui'] as const

/** Options of every question. */
const PAGE_OPTIONS = {
  csv: { kind: 'flag', help: 'Print CSV for a spreadsheet: everything, unless --limit is given.' },
  oldest: { kind: 'flag', help: 'Begin with the oldest. Default: the newest comes first.' },
  all: { kind: 'flag', help: 'Show everything, however much there is.' },
  limit: {
    kind: 'number',
    value: 'NUMBER',
    min: 1,
    max: 1000,
    help: `Show at most this many rows. Default: ${SHOWN}.`,
  },
  cursor: {
    kind: 'text',
    value: 'CURSOR',
    help: 'Continue after an earlier page, which shows the cursor at its end.',
  },
} as const satisfies Record<string, OptionSpec>

/** The filters of a question, as the client library sends them. */
export type Filters<N extends QuestionName> = N extends keyof AuditReportQueries
  ? AuditReportQueries[N]
  : AuditEventsQuery

/** A question as a command. */
export interface QuestionSpec<N extends QuestionName, O extends Record<string, OptionSpec>> {
  name: N
  summary: string
  description: string[]
  /** The subjects of `--from`, `--to`, `--client` and `--side`. */
  about: { period: string; client: string; side: string; sides: readonly string[] }
  options?: O
  examples: { line: string; does: string }[]
  /** Returns the filters that are this question's own. */
  filters?(options: OptionValues<O>, api: Api): Filters<N> | Promise<Filters<N>>
}

/** Declares the command that asks a question. */
export function questionCommand<
  N extends QuestionName,
  const O extends Record<string, OptionSpec> = Record<never, never>,
>(spec: QuestionSpec<N, O>): Command {
  const { name, summary, description, about, examples, filters = () => ({}) } = spec
  return defineCommand({
    name: `audit ${name}`,
    summary,
    description: [
      ...description,
      'Times are local (2026-01-31 or 2026-01-31T10:00), or RFC 3339 (2026-01-31T10:00:00Z). A day given to --to is included to its end.',
    ],
    options: {
      from: { kind: 'text', value: 'TIME', help: `Only ${about.period} at or after this time.` },
      to: { kind: 'text', value: 'TIME', help: `Only ${about.period} before this time.` },
      client: { kind: 'text', value: 'NAME', help: about.client },
      side: { kind: 'text', value: 'SIDE', choices: about.sides, help: about.side },
      ...spec.options,
      ...PAGE_OPTIONS,
    } as Record<string, OptionSpec>,
    examples,
    async run(input) {
      const options = input.options as Record<string, unknown>
      assertPaging(options, input.json)
      const { client, side } = options
      const query = {
        ...(await filters(input.options as OptionValues<O>, input.api)),
        ...{ from: toUtc('from', options.from as string), to: toUtc('to', options.to as string) },
        ...{ client, side, order: options.oldest === true ? 'oldest' : 'newest' },
      } as Filters<N>
      return options.csv === true
        ? printCsv(name, query, options, input)
        : showPage(name, query, options, input)
    },
  })
}

function assertPaging({ all, limit, cursor, csv }: Record<string, unknown>, json: boolean): void {
  if (all && (limit !== undefined || cursor !== undefined))
    throw new UsageError('The option --all cannot be combined with --limit or --cursor.')
  if (csv && json) throw new UsageError('The options --csv and --json do not go together.')
}

async function showPage<N extends QuestionName>(
  name: N,
  query: Filters<N>,
  { all, limit, cursor }: Record<string, unknown>,
  { api, style }: Pick<Input, 'api' | 'style'>,
) {
  const fetchPage = (page: { limit: number; cursor?: string | undefined }) => {
    const asked = { ...query, ...page }
    const answer =
      name === 'events'
        ? api.auditEvents(asked as AuditEventsQuery)
        : api.auditReport(name as Exclude<N, 'events'>, asked as never)
    return answer as Promise<Page<AuditRows[N]>>
  }
  const page = all
    ? { items: await fetchAllItems(fetchPage), nextCursor: null }
    : await fetchPage({
        limit: (limit as number | undefined) ?? SHOWN,
        cursor: cursor as string | undefined,
      })
  return { json: page, text: pageText(AUDIT_TABLES[name] as AuditTable<AuditRows[N]>, page, style) }
}

function pageText<Row>(
  { columns, breakAt, cells, none }: AuditTable<Row>,
  { items, nextCursor }: Page<Row>,
  style: Style,
): string {
  if (items.length === 0) return none
  const rows = items.map((row) => cells(row, style))
  const more =
    nextCursor === null
      ? ''
      : `\n\n${wrap(`There are more. Add --cursor ${nextCursor} to show them.`, style.columns)}`
  return table(columns, rows, { style, breakAt }) + more
}

async function printCsv<N extends QuestionName>(
  name: N,
  query: Filters<N>,
  { limit, cursor }: Record<string, unknown>,
  { api, io }: Pick<Input, 'api' | 'io'>,
): Promise<null> {
  const answer = await api.auditCsv(name, { ...query, limit, cursor } as never)
  try {
    for await (const text of textOf(answer)) await writeText(io, text)
  } catch (cause) {
    const remedy = 'Ask again. `f2f status` shows whether the recorder is well.'
    throw localProblem('FAILED', 'The answer broke off: the CSV is incomplete.', { remedy, cause })
  }
  return null
}

async function* textOf({ body }: Response): AsyncGenerator<string> {
  const reader = body!.getReader()
  const decoder = new TextDecoder()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield decoder.decode(value, { stream: true })
  }
}
