import { RecorderError } from '../../contract/errors.ts'
import { isCapturingTrack } from '../../machines/recording-fold.ts'
import { isUnconfirmed } from '../open-recordings.ts'
import type { EventBatch } from './event-batch.ts'
import type { Failure, PendingCommand, SegmentOutcome } from './pending-command.ts'
import type { SegmentRef } from './segment-ledger.ts'

/** How a command ended: with this status, or with this failure. */
export type Settlement = { status: number } | { failure: Failure }

/** How a pending command ended, or that its start must be rolled back; undefined while open. */
export type SettlementStep = Settlement | { rollBack: Failure } | undefined

const isFailure = (outcome: SegmentOutcome | undefined): outcome is Failure =>
  typeof outcome === 'object'

const OVERTAKEN: Failure = {
  code: 'INTERRUPTED',
  detail: 'A pause or stop arrived before the media flowed.',
}
const UNFINISHED: Failure = {
  code: 'STORAGE_UNAVAILABLE',
  detail:
    'Capture has ended, but its file could not be finished on the disk in time; it is finished as soon as the disk allows.',
}

/** Decides the next step of a pending command. Pure. */
export function nextStep(pending: PendingCommand): SettlementStep {
  const { outcomes } = pending
  const done = outcomes.every((outcome) => outcome !== undefined)
  if (pending.rollingBack) return done ? { failure: pending.rollingBack } : undefined
  if (pending.goal === 'ended') {
    if (!done) return undefined
    if (outcomes.includes('unfinished')) return { failure: UNFINISHED }
    return { status: pending.command.name === 'recording.hold' ? 201 : 200 }
  }
  const failure = outcomes.find(isFailure)
  const { command } = pending
  if (command.name === 'recording.start') {
    const flows = outcomes.includes('flowing')
    const all = command.request.require === 'all'
    if (failure && (all || (done && !flows))) return { rollBack: failure }
    if (!done) return undefined
    return flows ? { status: 201 } : { failure: OVERTAKEN }
  }
  if (!done) return undefined
  if (failure) return { failure }
  return outcomes.includes('flowing') ? { status: 200 } : { failure: OVERTAKEN }
}

/**
 * Cuts everything that a failed start has begun; the command then waits for those segments to end.
 * The files are removed, unless another command has been accepted on the recording meanwhile.
 */
export function rollBack(pending: PendingCommand, failure: Failure, batch: EventBatch): void {
  const { recordingId } = pending
  const how = isUnconfirmed(batch.recording(recordingId)) ? 'reverted' : 'command'
  const begun: SegmentRef[] = []
  for (const medium of pending.media) {
    const track = batch.recording(recordingId).tracks[medium]
    if (!isCapturingTrack(track)) continue
    batch.cut(recordingId, medium, how)
    begun.push({ medium, segment: track.context.segment })
  }
  pending.rollingBack = failure
  pending.expectSegments(begun)
}

/** Adds the facts that end a command. */
export function settle(pending: PendingCommand, settlement: Settlement, batch: EventBatch): void {
  const { command, recordingId, cause } = pending
  if ('failure' in settlement) {
    batch.add(
      recordingId,
      'command.failed',
      { command: command.name, ...settlement.failure },
      cause,
    )
    if (command.name === 'recording.start') settleFailedStart(pending, settlement.failure, batch)
    if (command.name === 'recording.close' && cause.by.side === 'system') {
      batch.closeLater.push({ id: recordingId, reason: 'timer' })
    }
    return
  }
  // The next start may have closed it meanwhile.
  if (batch.recordings.has(recordingId)) {
    if (command.name === 'recording.start') {
      batch.confirm(recordingId)
      batch.closeOthers(recordingId)
    }
    if (command.name === 'recording.close') batch.close(recordingId, closeReason(pending), cause)
    else batch.addRecordingState(recordingId, 'stopped')
  }
  batch.add(
    recordingId,
    'command.completed',
    { command: command.name, status: settlement.status },
    cause,
  )
}

function settleFailedStart(pending: PendingCommand, failure: Failure, batch: EventBatch): void {
  const { recordingId, cause } = pending
  const recording = batch.recordings.get(recordingId)
  if (!recording) return
  if (isUnconfirmed(recording))
    batch.add(recordingId, 'recording.startFailed', { ...failure }, cause)
  else if (pending.rollingBack) batch.addRecordingState(recordingId, 'failed')
  // Overtaken by a pause or stop: the recording goes on.
  else batch.closeOthers(recordingId)
}

function closeReason(pending: PendingCommand): 'command' | 'timer' {
  return pending.cause.by.side === 'system' ? 'timer' : 'command'
}

/** The error for the client of a failed command. */
export function failureError(
  pending: PendingCommand,
  { code, detail, medium }: Failure,
): RecorderError {
  const members = {
    ...(medium ? { medium } : {}),
    ...(pending.command.name === 'recording.start' ? {} : { recordingId: pending.recordingId }),
  }
  return new RecorderError(code, detail, { members })
}

/** Rejects commands whose outcome is known, but cannot be recorded. */
export function rejectSettled(
  settled: readonly [PendingCommand, Settlement][],
  error: unknown,
): void {
  for (const [pending] of settled) pending.reject(error)
}
