import type { AuditReportName, AuditReports } from '../contract/audit.ts'
import type { LogEvent } from '../contract/events.ts'
import type { QueryParameters, RecorderClient } from './recorder-client.ts'
import type { AuditEventsQuery, AuditReportQueries, Page, RequestOptions } from './types.ts'

type OpenAs = (
  accept: string,
  path: string,
  query: QueryParameters,
  options?: RequestOptions,
) => Promise<Response>

/** Returns the methods for the auditor's questions. */
export function auditMethods(request: RecorderClient['request'], openAs: OpenAs) {
  return {
    auditEvents: (query: AuditEventsQuery = {}, options?: RequestOptions) =>
      request('GET', pathOf('events'), { ...options, query: asText(query) }) as Promise<
        Page<LogEvent>
      >,
    auditReport: <N extends AuditReportName>(
      name: N,
      query: AuditReportQueries[N] = {},
      options?: RequestOptions,
    ) =>
      request('GET', pathOf(name), { ...options, query: asText(query) }) as Promise<
        Page<AuditReports[N]>
      >,
    auditCsv: (name: AuditReportName | 'events', query: object = {}, options?: RequestOptions) =>
      openAs('text/csv', pathOf(name), asText(query), options),
  }
}

const pathOf = (name: AuditReportName | 'events'): string =>
  name === 'events' ? '/audit/events' : `/audit/reports/${name}`

/** Returns a query with its lists as texts, separated by commas. */
function asText(query: object): QueryParameters {
  const entries = Object.entries(query).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(',') : value,
  ])
  return Object.fromEntries(entries)
}
