import type { AuditReportName } from '../contract/audit.ts'
import type { Ask } from './ask.ts'
import type { QueryParameters, RecorderClient } from './recorder-client.ts'
import type { RequestOptions } from './types.ts'

type OpenAs = (
  accept: string,
  path: string,
  query: QueryParameters,
  options?: RequestOptions,
) => Promise<Response>

/** Returns the methods for the auditor's questions. */
export function auditMethods(ask: Ask, openAs: OpenAs) {
  return {
    auditEvents: (query = {}, options) =>
      ask('GET', pathOf('events'), { ...options, query: asText(query) }),
    auditReport: (name, query = {}, options) =>
      ask('GET', pathOf(name), { ...options, query: asText(query) }),
    auditCsv: (name, query, options) =>
      openAs('text/csv', pathOf(name), asText(query ?? {}), options),
  } satisfies Partial<RecorderClient>
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
