import type { AuditPage, GapEntry, LongPause } from '../../contract/audit.ts'
import type { LogEvent } from '../../contract/events.ts'
import { UNWANTED_GAPS } from '../../contract/gap-reason.ts'
import { MEDIA, type Medium } from '../../contract/media.ts'
import type { AuditedRecording, TracedGap } from '../../store/port.ts'
import { isWithin, listByRecording } from './list-by-recording.ts'
import type { GapsQuery, LongPausesQuery } from './port.ts'
import type { AuditSources } from './sources.ts'

const PAUSE_FACTS = ['track.starting', 'track.pausing', 'track.resuming'] as const

/** Lists stretches without media that began in the period. */
export function listGaps(sources: AuditSources, query: GapsQuery): Promise<AuditPage<GapEntry>> {
  const { reasons = UNWANTED_GAPS, media = MEDIA } = query
  return listByRecording(sources, query, {
    list: 'gaps',
    mayMatch: (summary) => summary.reasons.some((reason) => reasons.includes(reason)),
    rowsOf: ({ view, gaps }) =>
      gaps
        .filter(({ medium, gap }) => {
          return media.includes(medium) && reasons.includes(gap.reason) && isWithin(query, gap.from)
        })
        .map(({ medium, gap: { from, to, reason } }) => ({
          key: keyOf(medium, from),
          row: () => ({
            ...{ recordingId: view.id, erased: view.erased !== null, medium, reason, from, to },
            ...{ durationMs: lengthOf({ from, to }, sources.now()), startedBy: view.startedBy },
          }),
        })),
  })
}

/** Lists long pauses that began in the period, those that go on included. */
export function listLongPauses(
  sources: AuditSources,
  query: LongPausesQuery,
): Promise<AuditPage<LongPause>> {
  const least = query.minSeconds * 1_000
  return listByRecording(sources, query, {
    list: 'long-pauses',
    mayMatch: ({ longestPauseMs }) => longestPauseMs >= least,
    rowsOf(recording) {
      const { view, gaps } = recording
      const long = gaps.filter(({ gap }) => {
        const isLong = gap.reason === 'paused' && lengthOf(gap, sources.now()) >= least
        return isLong && isWithin(query, gap.from)
      })
      let facts: Promise<LogEvent[]> | undefined
      return long.map(({ medium, gap }) => ({
        key: keyOf(medium, gap.from),
        async row() {
          facts ??= sources.log.audit.factsOf(view.id, PAUSE_FACTS)
          return pauseOf(recording, { medium, gap, facts: await facts }, sources.now())
        },
      }))
    },
  })
}

function pauseOf(
  { view: { id, erased, startedBy } }: AuditedRecording,
  { medium, gap, facts }: { medium: Medium; gap: TracedGap; facts: readonly LogEvent[] },
  now: number,
): LongPause {
  const { from, to, segment } = gap
  const pausing = facts.find(
    ({ type, data }) =>
      type === 'track.pausing' && data.medium === medium && data.segment === segment,
  )
  // The next capture may follow a stop, and have been started rather than resumed.
  const next = facts.find(
    ({ type, data }) =>
      (type === 'track.resuming' || type === 'track.starting') &&
      data.medium === medium &&
      data.segment > segment,
  )
  return {
    ...{ recordingId: id, erased: erased !== null, medium, from, to },
    durationMs: lengthOf(gap, now),
    pausedBy: pausing?.by ?? null,
    resumedBy: to !== null && next?.type === 'track.resuming' ? next.by : null,
    startedBy,
  }
}

const keyOf = (medium: Medium, from: string): string => `${from} ${MEDIA.indexOf(medium)}`

function lengthOf({ from, to }: Pick<TracedGap, 'from' | 'to'>, now: number): number {
  return Math.max(0, (to === null ? now : Date.parse(to)) - Date.parse(from))
}
