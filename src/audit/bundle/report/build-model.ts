import {
  buildTimeline,
  commonGaps,
  isMedia,
  trimOutage,
} from '../../../composition/plan/timeline.ts'
import type { EventOf, EventType, LogEvent } from '../../../contract/events.ts'
import type { RecordingView } from '../../../contract/views.ts'
import { Replay } from '../../../replay/replay.ts'
import { consentsOf, holdsOf, warningsOf } from './custody-history.ts'
import { marksOf } from './marks.ts'
import type {
  ReportModel,
  ReportRefusal,
  ReportSegment,
  ReportTag,
  ReportTrack,
} from './report-model.ts'
import { stretchesOf } from './stretches.ts'

/**
 * Makes the model of a report from the events of one recording, oldest first, with their values
 * opened. Pure, and it runs in browsers, too. Throws a RangeError when there is no recording.
 */
export function buildReportModel(recordingId: string, events: readonly LogEvent[]): ReportModel {
  const replay = new Replay(recordingId)
  replay.append(events)
  const view = replay.stateAfter(replay.events.length).recording
  if (view === null) throw new RangeError('These events are not of a recording.')
  const segments = segmentsOf(events)
  const tags = tagsOf(events)
  const report = {
    recordingId,
    ...identityOf(view, events),
    ...pictureOf(view, segments),
    timeZone: zoneOf(tags),
    stretches: stretchesOf(view, events),
    tags,
    consents: consentsOf(events),
    holds: holdsOf(events),
    refusals: refusalsOf(replay),
    warnings: warningsOf(events),
    interruptions: ofType(events, 'recording.interrupted').map(({ at, data }) => ({
      ...{ at, lastSeenAt: data.lastSeenAt, reason: data.reason },
    })),
    accesses: ofType(events, 'recording.accessed').map(({ at, by, data }) => ({ at, by, ...data })),
    segments,
    events: {
      count: events.length,
      facts: view.version,
      first: events[0]?.position ?? 0,
      last: events.at(-1)?.position ?? 0,
    },
  }
  return { ...report, marks: marksOf(report) }
}

function ofType<T extends EventType>(events: readonly LogEvent[], type: T): EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.type === type)
}

function identityOf(view: RecordingView, events: readonly LogEvent[]) {
  const { startedBy, startedAt, endedAt, closedAt } = view
  return {
    ...{ startedBy, startedAt, endedAt, closedAt },
    endReason: ofType(events, 'recording.wrapUpStarted').at(-1)?.data.reason ?? null,
    closeReason: ofType(events, 'recording.closed').at(-1)?.data.reason ?? null,
  }
}

function pictureOf(view: RecordingView, segments: readonly ReportSegment[]) {
  const whole = buildTimeline(view, segments)
  const shown = trimOutage(whole)
  const tracks = shown.tracks.map(({ medium, items }): ReportTrack => {
    const track = view.tracks[medium]
    const own = segments.filter((segment) => segment.medium === medium)
    return {
      medium,
      device: track?.device?.label ?? null,
      recordedMs: track?.recordedMs ?? 0,
      bytes: track?.bytes ?? 0,
      segments: own.length,
      items: items.map((item) => ({
        ...{ fromMs: item.fromMs, toMs: item.toMs, gap: isMedia(item) ? null : item.gap },
      })),
    }
  })
  const silent = commonGaps(whole).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  return {
    lengthMs: whole.durationMs,
    recordedMs: Math.max(0, whole.durationMs - silent),
    pictureMs: shown.durationMs,
    tracks,
  }
}

function segmentsOf(events: readonly LogEvent[]): ReportSegment[] {
  return ofType(events, 'segment.closed').map(({ position, data }) => {
    const { salvaged, remnant, fault: _, ...segment } = data
    return { ...segment, isSalvaged: salvaged === true, isDamaged: remnant !== undefined, position }
  })
}

function tagsOf(events: readonly LogEvent[]): ReportTag[] {
  const tags = ofType(events, 'recording.tagged').flatMap(({ at, by, data }) =>
    Object.entries(data.tags).map(([key, value]) => ({ key, value, at, by, isCurrent: false })),
  )
  for (const tag of new Map(tags.map((one) => [one.key, one])).values()) tag.isCurrent = true
  return tags
}

function zoneOf(tags: readonly ReportTag[]): string {
  const noted = tags.findLast(({ key }) => key === 'system.timeZone')?.value
  try {
    const zone = new Intl.DateTimeFormat('en', { timeZone: String(noted ?? 'UTC') })
    return zone.resolvedOptions().timeZone
  } catch {
    return 'UTC'
  }
}

function refusalsOf(replay: Replay): ReportRefusal[] {
  return replay.events.flatMap((event, at): ReportRefusal[] => {
    if (event.type !== 'command.refused') return []
    const { command, code, detail, count = 1 } = event.data
    const reason = replay.stateAfter(at + 1).refusal?.reason ?? detail
    return [{ at: event.at, by: event.by, command, code, reason, count }]
  })
}
