import type { CaptureReport } from '../../actors/capture.ts'
import type { EventData, Remnant, SegmentDescription, SegmentFault } from '../../contract/events.ts'
import { type Medium, NO_DEVICE } from '../../contract/media.ts'
import type { EventBatch } from './event-batch.ts'
import type { SegmentOutcome } from './pending-command.ts'

/** How long a track that lost its media tries to get them back before it has failed. */
export const RECOVERY_MS = 10 * 60_000

/** A report that is no fact: loudness, picture, program, growth of a file. */
export type TransientReport = Extract<
  CaptureReport,
  { type: 'capture.level' | 'capture.picture' | 'capture.process' | 'capture.progress' }
>
/** A capture's report about a segment. */
export type SegmentReport = Exclude<CaptureReport, TransientReport>

const TRANSIENT: ReadonlySet<CaptureReport['type']> = new Set([
  'capture.level',
  'capture.picture',
  'capture.process',
  'capture.progress',
])

/** Whether a report is no fact. */
export function isTransient(report: CaptureReport): report is TransientReport {
  return TRANSIENT.has(report.type)
}

/** Whether nothing more comes of a segment's file: it is on the disk, or there is none. */
export function endsFile(report: SegmentReport): boolean {
  return report.type === 'capture.closed' || (report.type === 'capture.ended' && !report.unfinished)
}

/**
 * Adds what a capture actor's report means for its recording, whose track may have moved on
 * meanwhile. `opened`: whether the log already knows that this segment's file exists.
 */
export function reportFacts(
  batch: EventBatch,
  id: string,
  medium: Medium,
  report: SegmentReport,
  opened: boolean,
): SegmentOutcome | undefined {
  const track = batch.recording(id).tracks[medium]
  const current = track.context.segment === report.segment
  switch (report.type) {
    case 'capture.flowing': {
      const { startedAt, container, codec, file, segment } = report
      const device = track.context.device ?? NO_DEVICE
      batch.add(id, 'segment.opened', {
        medium,
        number: segment,
        startedAt,
        container,
        codec,
        file,
        device,
      })
      if (current && track.value === 'starting')
        batch.add(id, track.context.resuming ? 'track.resumed' : 'track.started', {
          medium,
          segment,
        })
      if (current && track.value === 'recovering')
        batch.add(id, 'track.recovered', { medium, segment })
      return 'flowing'
    }
    case 'capture.warning':
      // Ignore warnings from segments that have ended.
      if (current && track.value === 'recording') warn(batch, id, medium, report)
      return undefined
    case 'capture.closed':
      endSegment(batch, id, medium, report, opened)
      return 'ended'
    case 'capture.ended': {
      const { fault = faultOf(report.cause) } = report
      const ended = fault === undefined ? report : { ...report, fault }
      if (!report.unfinished) endSegment(batch, id, medium, ended, opened)
      // Its media have come, and ended again, before the disk had any of them.
      if (current && report.description && track.value === 'recovering')
        batch.add(id, 'track.recovered', { medium, segment: report.segment })
      if (current) addTrackEnd(batch, id, medium, report)
      if (report.cause !== 'cut')
        return { code: report.cause.code, detail: report.cause.detail, medium }
      return report.unfinished ? 'unfinished' : 'ended'
    }
  }
}

/** Why media ended that no command ended: a command may have overtaken the report of it. */
function faultOf(
  cause: Extract<SegmentReport, { type: 'capture.ended' }>['cause'],
): SegmentFault | undefined {
  return cause === 'cut' ? undefined : { code: cause.code, reason: cause.reason }
}

function warn(
  batch: EventBatch,
  id: string,
  medium: Medium,
  report: Extract<SegmentReport, { type: 'capture.warning' }>,
): void {
  const { code, present, detail } = report
  if (present) batch.add(id, 'warning.raised', { code, medium, detail })
  else batch.add(id, 'warning.cleared', { code, medium })
}

/** Adds what became of a segment's file: it is closed, or it holds no media. */
function endSegment(
  batch: EventBatch,
  id: string,
  medium: Medium,
  report: {
    segment: number
    description: SegmentDescription | null
    salvaged?: true
    remnant?: Remnant
    fault?: SegmentFault
  },
  opened: boolean,
): void {
  const { segment: number, description, salvaged, remnant, fault } = report
  const how = salvaged === undefined ? {} : { salvaged }
  const more = remnant === undefined ? {} : { remnant }
  const why = fault === undefined ? {} : { fault }
  if (description) closeSegment(batch, id, { ...description, ...how, ...more, ...why }, opened)
  else if (opened) batch.add(id, 'segment.discarded', { medium, number, ...more })
}

function closeSegment(
  batch: EventBatch,
  id: string,
  description: EventData['segment.closed'],
  opened: boolean,
): void {
  if (!opened) {
    const { medium, number, startedAt, container, codec, file } = description
    const device = batch.recording(id).tracks[medium].context.device ?? NO_DEVICE
    batch.add(id, 'segment.opened', { medium, number, startedAt, container, codec, file, device })
  }
  batch.add(id, 'segment.closed', description)
}

/** The newest segment of a track has ended: as it was told to, or by a fault. */
function addTrackEnd(
  batch: EventBatch,
  id: string,
  medium: Medium,
  report: Extract<SegmentReport, { type: 'capture.ended' }>,
): void {
  const track = batch.recording(id).tracks[medium]
  if (track.value === 'pausing') {
    batch.add(id, 'track.paused', { medium })
    return
  }
  if (track.value === 'stopping') {
    batch.add(id, 'track.stopped', { medium, reason: track.context.stoppedBy })
    return
  }
  if (report.cause === 'cut') return
  const { code, detail, reason } = report.cause
  if (track.value === 'recording') {
    const giveUpAt = new Date(batch.atMs + RECOVERY_MS).toISOString()
    batch.add(id, 'track.recovering', {
      medium,
      segment: report.segment + 1,
      code,
      detail,
      reason,
      giveUpAt,
    })
  } else if (track.value === 'starting' || track.value === 'recovering') {
    batch.add(id, 'track.failed', { medium, code, detail, reason })
  }
}
