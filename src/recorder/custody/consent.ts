import type { Command } from '../../contract/commands.ts'
import { type CustodyRules, isRefusedConsent } from '../../contract/custody.ts'
import type { RecordingView } from '../../contract/views.ts'
import type { RecordingFold } from '../../machines/recording-fold.ts'
import type { Refusal } from '../commands/arbitration.ts'

/** Whether a command says that the customer does not agree, or no longer. */
export function refusesConsent(
  command: Command,
): command is Extract<Command, { name: 'recording.consent' }> {
  return command.name === 'recording.consent' && isRefusedConsent(command.request.state)
}

/** Whether consent to a closed recording can still change: it has what a word about it needs. */
export function takesConsent({ erased, keyMissing }: RecordingView): boolean {
  return erased === null && keyMissing !== true
}

/**
 * Decides whether a start or resume lacks consent; undefined when it does not. A recording without
 * consent is in WrapUp or closed, where nothing starts anyway. Pure.
 */
export function lackOfConsent(
  command: Command,
  recording: RecordingFold | undefined,
  { mode }: CustodyRules['consent'],
): Refusal | undefined {
  const code = 'CONSENT_REQUIRED'
  if (command.name === 'recording.start') {
    const state = command.request.consent?.state
    if (state !== undefined && isRefusedConsent(state))
      return { code, detail: `The start says that consent was ${state}. Nothing was started.` }
    if (mode !== 'required' || state === 'granted') return undefined
    const detail = 'The configuration of this computer requires consent, and the start has none.'
    return { code, detail }
  }
  const captures = command.name === 'track.start' || command.name === 'track.resume'
  if (!captures || mode !== 'required' || recording?.consent === 'granted') return undefined
  const detail = 'The configuration of this computer requires consent, and the recording has none.'
  return { code, detail, ...(recording ? { recording } : {}) }
}
