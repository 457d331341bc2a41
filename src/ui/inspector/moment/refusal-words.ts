import type { RefusalReason } from '../../../contract/replay.ts'
import { mediumName } from '../../record/medium-name.ts'
import { hasText, t } from '../texts/texts.ts'
import { stateWords } from '../words.ts'

/**
 * Says why a command was refused, for a person who knows no state machines. Returns null for
 * another reason than a machine, which the recorder's own words explain.
 */
export function refusalWords(refusal: RefusalReason): string | null {
  const { machine, code, command, medium, state } = refusal
  const verb = t(`player.command.${command}`)
  if (machine === 'control')
    return t(
      code === 'CONTROL_HELD_BY_UI'
        ? 'inspector.refusal.heldByPage'
        : 'inspector.refusal.heldByApi',
      { verb },
    )
  if (code === 'ALREADY_RECORDING') return t('inspector.refusal.alreadyRecording')
  if (code === 'RECORDING_CLOSED') return t('inspector.refusal.closed')
  if (machine === 'session')
    return t('inspector.refusal.session', { state: stateWords('session', state ?? ''), verb })
  if (machine === 'track' && medium !== null)
    return t('inspector.refusal.track', {
      medium: mediumName(medium),
      state: stateWords('track', state ?? ''),
      verb,
    })
  if (machine === 'track') return t('inspector.refusal.noTrack', { verb })
  const key = `inspector.refusal.code.${code}`
  return hasText(key) ? t(key) : null
}
