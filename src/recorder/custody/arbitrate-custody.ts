import type { ConsentCommand, CustodyCommand } from '../../contract/commands.ts'
import type { CustodyRules, HoldView } from '../../contract/custody.ts'
import { erasedError } from '../../contract/erased.ts'
import type { RecordingView } from '../../contract/views.ts'
import type { Refusal } from '../commands/arbitration.ts'

/**
 * Decides why a command of custody may not happen now; undefined when it may. `view` is the
 * recording after everything that was appended. Pure.
 */
export function arbitrateCustody(
  view: RecordingView | undefined,
  command: CustodyCommand | ConsentCommand,
  rules: Pick<CustodyRules, 'holds'>,
): Refusal | undefined {
  if (view === undefined)
    return command.recordingId === 'current'
      ? { code: 'NO_CURRENT_RECORDING', detail: 'Nothing is being recorded or wrapped up.' }
      : { code: 'RECORDING_NOT_FOUND', detail: 'No recording has this id.' }
  const { expectedVersion } = command
  if (expectedVersion !== undefined && expectedVersion !== view.version) {
    const detail = `The recording is at version ${view.version}, not ${expectedVersion}.`
    return { code: 'VERSION_MISMATCH', detail }
  }
  if (view.erased) {
    const { code, message: detail, members } = erasedError(view.id)
    return { code, detail, members }
  }
  if (command.name === 'recording.erase') return whyNotErasable(view)
  if (command.name === 'recording.hold' || command.name === 'recording.consent') return undefined
  const hold = view.holds.find(({ id }) => id === command.request.holdId)
  if (hold === undefined)
    return { code: 'NOT_FOUND', detail: 'No hold with this id keeps the recording.' }
  if (rules.holds.releaseBy === 'other' && isSameActor(hold, command))
    return {
      code: 'FORBIDDEN_SAME_ACTOR',
      detail: 'The hold was placed with the same credential. Another one has to release it.',
      members: { recordingId: view.id, holdId: hold.id },
    }
  return undefined
}

/** Decides why a recording cannot be erased now; undefined when it can. Pure. */
export function whyNotErasable({ state, holds }: RecordingView): Refusal | undefined {
  if (state !== 'Closed') {
    const detail = `The recording is in state ${state} and cannot be erased now. Stop and close it first.`
    return { code: 'INVALID_STATE', detail }
  }
  if (holds.length === 0) return undefined
  const ids = holds.map(({ id }) => id)
  const detail =
    ids.length === 1
      ? 'A hold keeps the recording. Nothing was erased.'
      : `${ids.length} holds keep the recording. Nothing was erased.`
  return { code: 'ON_HOLD', detail, members: { holds: ids } }
}

function isSameActor({ by }: HoldView, command: CustodyCommand): boolean {
  return by.side === command.by.side && by.client === command.by.client
}
