import {
  AUDIT_ORDERS,
  AUDIT_REPORTS,
  type AuditOrder,
  type AuditReportName,
  LONG_PAUSE_SECONDS,
} from '../../contract/audit.ts'
import type { Side } from '../../contract/by.ts'
import { GAP_REASONS, type GapReason } from '../../contract/gap-reason.ts'
import { MEDIA, type Medium } from '../../contract/media.ts'
import { isDay, startOfDay } from '../controls/local-day.ts'

/** The filters of a question, as a person gives them. An empty one does not restrict it. */
export interface AuditFilters {
  /** The first and the last day, as `2026-01-31`, in the time zone of this computer. */
  from: string
  to: string
  client: string
  side: Side | ''
  order: AuditOrder
  /** For long pauses. */
  minSeconds: number
  /** For gaps. */
  reason: readonly GapReason[]
  media: readonly Medium[]
  /** For untagged recordings: the key of the tag that is missing. */
  key: string
}

/** A question as it was asked. */
export interface AskedQuestion {
  name: AuditReportName
  filters: AuditFilters
}

/** The filters that a question has besides those of every question. */
export const OWN_FILTERS: Record<AuditReportName, readonly (keyof AuditFilters)[]> = {
  refusals: [],
  'long-pauses': ['minSeconds'],
  gaps: ['reason', 'media'],
  untagged: ['key'],
  'client-activity': [],
  accesses: [],
}

const LONGEST_PAUSE_S = 31_536_000

/** Returns the sides that a question tells apart: the recorder itself starts no recordings. */
export function sidesOf(name: AuditReportName): readonly Side[] {
  return isAboutRecordings(name) ? ['api', 'ui'] : ['api', 'ui', 'system']
}

/** Whether a question is about recordings, by those who started them. */
export function isAboutRecordings(name: AuditReportName): boolean {
  return name === 'gaps' || name === 'long-pauses' || name === 'untagged'
}

/** Reads a question from its place of the page. Leaves out what is no filter. */
export function parseQuestion(question: string, parameters: URLSearchParams): AskedQuestion {
  const name = AUDIT_REPORTS.find((one) => one === question) ?? 'refusals'
  const read = (key: string): string => parameters.get(key) ?? ''
  const listed = <T extends string>(key: string, all: readonly T[]): T[] =>
    all.filter((one) => read(key).split(',').includes(one))
  const seconds = parameters.has('minSeconds') ? Number(read('minSeconds')) : Number.NaN
  const isLength = Number.isInteger(seconds) && seconds >= 0 && seconds <= LONGEST_PAUSE_S
  return {
    name,
    filters: {
      from: isDay(read('from')) ? read('from') : '',
      to: isDay(read('to')) ? read('to') : '',
      client: read('client').slice(0, 64),
      side: sidesOf(name).find((side) => side === read('side')) ?? '',
      order: AUDIT_ORDERS.find((order) => order === read('order')) ?? 'newest',
      minSeconds: isLength ? seconds : LONG_PAUSE_SECONDS,
      reason: listed('reason', GAP_REASONS),
      media: listed('media', MEDIA),
      key: read('key'),
    },
  }
}

/** Returns the place of a question: a fragment, which a browser never sends. */
export function auditHref({ name, filters }: AskedQuestion): string {
  const { order, minSeconds, reason, media, ...texts } = filters
  const own = new Set<string>(OWN_FILTERS[name])
  const parameters = new URLSearchParams()
  for (const key of ['from', 'to', 'client', 'side'] as const)
    if (texts[key]) parameters.set(key, texts[key])
  if (order !== 'newest') parameters.set('order', order)
  if (own.has('minSeconds') && minSeconds !== LONG_PAUSE_SECONDS)
    parameters.set('minSeconds', String(minSeconds))
  if (own.has('reason') && reason.length > 0) parameters.set('reason', reason.join(','))
  if (own.has('media') && media.length > 0) parameters.set('media', media.join(','))
  if (own.has('key') && texts.key) parameters.set('key', texts.key)
  return `#/audit/${name}${parameters.size > 0 ? `?${parameters}` : ''}`
}

/** Returns the place of another question with the same period, client, side and order. */
export function otherQuestionHref(name: AuditReportName, { filters }: AskedQuestion): string {
  const side = sidesOf(name).includes(filters.side as Side) ? filters.side : ''
  return auditHref({ name, filters: { ...filters, side } })
}

/** Returns the filters as the recorder is asked for them. A day at the end is included. */
export function toReportQuery({ name, filters }: AskedQuestion): Record<string, unknown> {
  const { from, to, client, side, order } = filters
  return {
    ...(from && { from: startOfDay(from, 0) }),
    ...(to && { to: startOfDay(to, 1) }),
    ...(client && { client }),
    ...(side && { side }),
    order,
    ...Object.fromEntries(
      OWN_FILTERS[name]
        .map((key) => [key, filters[key]] as const)
        .filter(([, value]) => value !== '' && !(Array.isArray(value) && value.length === 0)),
    ),
  }
}
