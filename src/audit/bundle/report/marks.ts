import { markerOf } from '../../../contract/marker.ts'
import type { Mark, ReportModel } from './report-model.ts'

type Marked = Pick<
  ReportModel,
  'startedAt' | 'tags' | 'refusals' | 'accesses' | 'consents' | 'warnings'
>

/** Lists the moments that the picture marks, oldest first. */
export function marksOf(report: Marked): Mark[] {
  const start = Date.parse(report.startedAt)
  const mark = (kind: Mark['kind'], at: string, label: string): Mark => ({
    ...{ kind, atMs: Math.max(0, Date.parse(at) - start), colour: null, label },
  })
  const tags = report.tags.flatMap((tag): Mark[] => {
    // The recorder sets them all at the start.
    if (tag.by.side === 'system' || tag.key.startsWith('system.')) return []
    const marker = markerOf(tag)
    if (marker === null) return [mark('tag', tag.at, tag.key)]
    return [{ ...mark('marker', tag.at, marker.label), colour: marker.colour }]
  })
  return [
    ...tags,
    ...report.refusals.map(({ at, command }) => mark('refusal', at, command)),
    ...report.consents.map(({ at, state }) => mark('consent', at, state)),
    ...report.warnings.map(({ at, code }) => mark('warning', at, code)),
    ...report.accesses.map(({ at, act }) => mark('access', at, act)),
  ].sort((a, b) => a.atMs - b.atMs)
}
