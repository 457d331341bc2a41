import type { CaptureReport } from '../../actors/capture.ts'
import type { SegmentFacts } from '../../contract/events.ts'
import type { Medium } from '../../contract/media.ts'
import type { Transaction } from './event-batch.ts'
import type { Outcome } from './pending-command.ts'

/** How long a track that lost its media tries to get them back before it has failed. */
export const RECOVERY_MS = 10 * 60_000

/** What a capture actor reports of a segment; loudness and growth go another way. */
export type SegmentReport = Exclude<CaptureReport, { type: 'capture.level' | 'capture.progress' }>

/**
 * Adds what a capture actor's report means for its recording, whose track may have moved on meanwhile.
 * `opened`: whether the log already knows that this segment's file exists.
 */
export function reportFacts(
  tx: Transaction,
  id: string,
  medium: Medium,
  report: SegmentReport,
  opened: boolean,
): Outcome | undefined {
  const track = tx.recording(id).tracks[medium]
  const current = track.context.segment === report.segment
  switch (report.type) {
    case 'capture.flowing': {
      const { startedAt, container, codec, file, segment } = report
      const device = track.context.device ?? { id: '', label: '' }
      tx.add(id, 'segment.opened', {
        medium,
        number: segment,
        startedAt,
        container,
        codec,
        file,
        device,
      })
      if (current && track.value === 'starting')
        tx.add(id, track.context.resuming ? 'track.resumed' : 'track.started', { medium, segment })
      if (current && track.value === 'recovering')
        tx.add(id, 'track.recovered', { medium, segment })
      return 'flowing'
    }
    case 'capture.warning':
      // Of a segment that is over, nobody wants to know any more.
      if (current && track.value === 'recording') warn(tx, id, medium, report)
      return undefined
    case 'capture.closed':
      closeSegment(tx, id, report.facts, opened)
      return 'ended'
    case 'capture.ended': {
      if (report.facts) closeSegment(tx, id, report.facts, opened)
      else if (opened && !report.unfinished)
        tx.add(id, 'segment.discarded', { medium, number: report.segment })
      if (current) settleTrack(tx, id, medium, report)
      if (report.cause !== 'cut')
        return { code: report.cause.code, detail: report.cause.detail, medium }
      return report.unfinished ? 'unfinished' : 'ended'
    }
  }
}

function warn(
  tx: Transaction,
  id: string,
  medium: Medium,
  report: Extract<SegmentReport, { type: 'capture.warning' }>,
): void {
  const { code, present, detail } = report
  if (present) tx.add(id, 'warning.raised', { code, medium, detail })
  else tx.add(id, 'warning.cleared', { code, medium })
}

function closeSegment(tx: Transaction, id: string, facts: SegmentFacts, opened: boolean): void {
  if (!opened) {
    const { medium, number, startedAt, container, codec, file } = facts
    const device = tx.recording(id).tracks[medium].context.device ?? { id: '', label: '' }
    tx.add(id, 'segment.opened', { medium, number, startedAt, container, codec, file, device })
  }
  tx.add(id, 'segment.closed', facts)
}

/** The newest segment of a track has ended: as it was told to, or by a fault. */
function settleTrack(
  tx: Transaction,
  id: string,
  medium: Medium,
  report: Extract<SegmentReport, { type: 'capture.ended' }>,
): void {
  const track = tx.recording(id).tracks[medium]
  if (track.value === 'pausing') {
    tx.add(id, 'track.paused', { medium })
    return
  }
  if (track.value === 'stopping') {
    tx.add(id, 'track.stopped', { medium, reason: track.context.stoppedBy })
    return
  }
  if (report.cause === 'cut') return
  const { code, detail, reason } = report.cause
  if (track.value === 'recording') {
    const giveUpAt = new Date(tx.atMs + RECOVERY_MS).toISOString()
    tx.add(id, 'track.recovering', {
      medium,
      segment: report.segment + 1,
      code,
      detail,
      reason,
      giveUpAt,
    })
  } else if (track.value === 'starting' || track.value === 'recovering') {
    tx.add(id, 'track.failed', { medium, code, detail, reason })
  }
}
