import type * as z from 'zod'
import type { AuditPage, AuditReportName, AuditReports } from '../../contract/audit.ts'
import type { LogEvent } from '../../contract/events.ts'
import { acceptedType } from '../answers/accepted-type.ts'
import type { CsvColumn } from '../answers/csv.ts'
import { sendJson } from '../answers/send-answer.ts'
import { sendCsv } from '../answers/send-csv.ts'
import { EVENT_COLUMNS, REPORT_COLUMNS } from '../audit-columns.ts'
import { ACCESS_ERRORS, recordAccess } from '../record-access.ts'
import { defineRoute, type Exchange, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import {
  auditActsQuery,
  auditEventsQuery,
  auditGapsQuery,
  auditPausesQuery,
  auditUntaggedQuery,
} from '../schemas/audit-requests.ts'
import type { Services } from '../services.ts'

const PAGE = 100
/** Rows of a page that is sent as a part of a CSV file. */
const CSV_PAGE = 1_000

/** The members that the query of every question has. */
interface Paged {
  limit?: number | undefined
  cursor?: string | undefined
}

/** A question of an auditor, as a route. */
interface Question<Row, Query extends z.ZodType> {
  path: string
  operationId: string
  summary: string
  description: string
  /** The name of the CSV file. */
  name: string
  query: Query
  page: z.ZodType
  columns: readonly CsvColumn<Row>[]
  ask(query: z.output<Query> & { limit: number }): Promise<AuditPage<Row>>
  /** Records that rows are about to be shown, where that is an access. */
  record?(exchange: Exchange<z.output<Query>>, shown: number): Promise<void>
}

/** Returns the routes for the auditor's questions. */
export function auditRoutes(services: Services): Route[] {
  return [
    eventsRoute(services),
    refusalsRoute(services),
    reportRoute('accesses', {
      operationId: 'reportAccesses',
      summary: 'Who has seen what, in all recordings',
      description:
        'One row an act, as in the list of a recording’s own accesses; a `searched` act is a search by tags or words. Reading this report is no access.',
      query: auditActsQuery,
      page: ANSWERS.AuditedAccessPage,
      ask: (query) => services.audit.accesses(query),
    }),
    reportRoute('client-activity', {
      operationId: 'reportClientActivity',
      summary: 'What each client did, day by day',
      description:
        'Counts completed commands by their kind, failed and refused ones. A day is one of the recorder’s time zone; `from` and `to` say where it begins and ends.',
      query: auditActsQuery,
      page: ANSWERS.ClientActivityPage,
      ask: (query) => services.audit.clientActivity(query),
    }),
    ...recordingReports(services),
  ]
}

function eventsRoute(services: Services): Route {
  return questionRoute<LogEvent, typeof auditEventsQuery>({
    path: '/v1/audit/events',
    operationId: 'listAuditEvents',
    name: 'events',
    summary: 'Events of the whole log, by what an auditor asks for',
    description:
      'In the order of the log, or in its reverse. Times of events may go back where the clock was set; `from` and `to` mean the time of the event. Reading them is an access: one event `recording.accessed` (`readEvents`) an act.',
    query: auditEventsQuery,
    page: ANSWERS.EventPage,
    columns: EVENT_COLUMNS,
    ask: ({ type: types, ...query }) => services.audit.events({ ...query, types }),
    record: (exchange) =>
      recordAccess(services, exchange, exchange.query.recordingId ?? null, 'readEvents'),
  })
}

function refusalsRoute(services: Services): Route {
  return reportRoute('refusals', {
    operationId: 'reportRefusals',
    summary: 'Refused commands: who asked, for what, and why',
    description:
      'Commands that were refused, in the order of the log. One that is accepted and fails later is none; see `failures` of the client activity. Reading them is an access, like reading events.',
    query: auditActsQuery,
    page: ANSWERS.RefusalPage,
    ask: (query) => services.audit.refusals(query),
    record: (exchange) => recordAccess(services, exchange, null, 'readEvents'),
  })
}

function recordingReports(services: Services): Route[] {
  const { audit, recorder, user } = services
  return [
    reportRoute('gaps', {
      operationId: 'reportGaps',
      summary: 'Stretches of recordings without media, by reason and medium',
      description:
        'Gaps that began in the period, by the start of their recordings. Without `reason`: those that nobody wanted.',
      query: auditGapsQuery,
      page: ANSWERS.GapPage,
      ask: ({ reason: reasons, ...query }) => audit.gaps({ ...query, reasons }),
    }),
    reportRoute('long-pauses', {
      operationId: 'reportLongPauses',
      summary: 'Pauses that were long, and those that go on',
      description:
        'One row a medium. Pauses that somebody asked for, that began in the period, and that were at least `minSeconds` long; by the start of their recordings. Pauses by the recorder itself are gaps (`locked`, `suspended`).',
      query: auditPausesQuery,
      page: ANSWERS.LongPausePage,
      ask: (query) => audit.longPauses(query),
    }),
    reportRoute('untagged', {
      operationId: 'reportUntagged',
      summary: 'Recordings that were closed without a tag',
      description:
        'Those started in the period. Tags of the recorder itself (`system.…`) do not count. With `key`, asking is a search by a tag: one event `recordings.searched` an act.',
      query: auditUntaggedQuery,
      page: ANSWERS.UntaggedPage,
      ask: (query) => audit.untagged(query),
      async record({ credential: { side, client }, query: { key } }, found) {
        if (key === undefined) return
        const by = { side, client, user }
        await recorder.accesses.recordSearch({ tags: { [key]: null }, text: undefined, found, by })
      },
    }),
  ]
}

function reportRoute<N extends AuditReportName, Query extends z.ZodType>(
  name: N,
  question: Omit<Question<AuditReports[N], Query>, 'path' | 'name' | 'columns'>,
): Route {
  const columns = REPORT_COLUMNS[name] as readonly CsvColumn<AuditReports[N]>[]
  return questionRoute({ ...question, path: `/v1/audit/reports/${name}`, name, columns })
}

function questionRoute<Row, Query extends z.ZodType>(question: Question<Row, Query>): Route {
  const { path, operationId, summary, description, query, page, record = NOTHING } = question
  return defineRoute({
    ...{ method: 'GET', path, operationId, tag: 'Audit', summary, description, scope: 'audit' },
    query,
    outcomes: [
      {
        status: 200,
        description: 'A page in JSON; in CSV, everything or a page',
        content: { 'application/json': page, 'text/csv': null },
        headers: ['Content-Disposition', 'Link'],
      },
    ],
    errors: [...ACCESS_ERRORS],
    async handle(exchange) {
      const { ctx } = exchange
      const { limit, cursor } = exchange.query as Paged
      const isCsv = acceptedType(ctx, 'application/json', 'text/csv') === 'text/csv'
      const ask = (more: Paged) =>
        question.ask({
          ...(exchange.query as object),
          limit: limit ?? (isCsv ? CSV_PAGE : PAGE),
          ...more,
        } as z.output<Query> & { limit: number })
      const first = await ask({ cursor })
      if (ctx.method !== 'HEAD')
        await record(exchange as Exchange<z.output<Query>>, first.items.length)
      if (!isCsv) return sendJson(ctx, 200, first)
      const { name, columns } = question
      const next = limit === undefined ? (at: string) => ask({ cursor: at }) : undefined
      await sendCsv(ctx, { name, columns, first, next })
    },
  })
}

const NOTHING = async (): Promise<void> => {}
