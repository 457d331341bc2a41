import { useState } from 'preact/hooks'
import { type ConsentState, isRefusedConsent } from '../../../contract/custody.ts'
import type { RecordingAnswer } from '../../../contract/views.ts'
import { t } from '../../i18n/texts.ts'
import { configuration } from '../../live/configuration.ts'
import { recorder } from '../../live/recorder.ts'
import { isAllowed } from '../allowed.ts'
import { CommandButton } from '../command-button.tsx'
import { isPending, runCommand } from '../commands.ts'
import { ProblemNotice } from '../problem-notice.tsx'
import { ConsentConfirmation } from './consent-confirmation.tsx'
import { type ConsentDraft, ConsentFields, methodOf } from './consent-fields.tsx'

/** Notes the answer of the customer. One that ends or erases the recording is asked twice. */
export function ConsentForm({
  recording,
  onDone,
}: {
  recording: RecordingAnswer
  onDone: () => void
}) {
  const [draft, setDraft] = useState<ConsentDraft>({
    state: recording.consent?.state === 'granted' ? 'withdrawn' : 'granted',
    method: 'spoken',
    otherMethod: '',
    note: '',
  })
  const [isAsking, setAsking] = useState(false)
  const warnings = warningsOf(recording, draft.state)
  const send = async (): Promise<void> => {
    const isNoted = await sendConsent(recording.id, draft)
    if (isNoted) onDone()
    else setAsking(false)
  }
  return (
    <form
      class="consent-form"
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault()
        if (warnings.length > 0) setAsking(true)
        else void send()
      }}
    >
      <ConsentFields draft={draft} isDisabled={isAsking} onChange={setDraft} />
      {isAsking ? (
        <ConsentConfirmation
          warnings={warnings}
          isErasure={recording.state === 'WrapUp'}
          onConfirm={() => void send()}
          onBack={() => setAsking(false)}
        />
      ) : (
        <CommandButton
          text={t('record.consent.save')}
          isAllowed={isAllowed('consent')}
          isPending={isPending('consent', 'consent')}
          isSubmit={true}
        />
      )}
      <ProblemNotice place="consent" />
    </form>
  )
}

function sendConsent(id: string, draft: ConsentDraft): Promise<boolean> {
  const note = draft.note.trim()
  const request = { state: draft.state, method: methodOf(draft), ...(note ? { note } : {}) }
  return runCommand('consent', 'consent', () => recorder.consent(id, request))
}

/** Returns what an answer does to the recording, beyond being noted. */
function warningsOf({ state, holds }: RecordingAnswer, answer: ConsentState): string[] {
  if (!isRefusedConsent(answer)) return []
  const isErased = configuration.value.erasesWithoutConsent && holds.length === 0
  return [
    ...(state === 'WrapUp' ? [] : [t('record.consent.ends')]),
    ...(isErased ? [t('record.consent.erases')] : []),
  ]
}
