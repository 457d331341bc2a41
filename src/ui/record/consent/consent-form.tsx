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
  const mayPress = isAllowed('consent', endsCapture(recording, draft.state))
  const send = async (): Promise<void> => {
    const isNoted = await sendConsent(recording, draft)
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
          isAllowed={mayPress}
          onConfirm={() => void send()}
          onBack={() => setAsking(false)}
        />
      ) : (
        <CommandButton
          text={t('record.consent.save')}
          isAllowed={mayPress}
          isPending={isPending('consent', 'consent')}
          isSubmit={true}
        />
      )}
      <ProblemNotice place="consent" />
    </form>
  )
}

function sendConsent(recording: RecordingAnswer, draft: ConsentDraft): Promise<boolean> {
  const { state } = draft
  const note = draft.note.trim()
  const request = { state, method: methodOf(draft), ...(note ? { note } : {}) }
  const send = () => recorder.consent(recording.id, request)
  return runCommand('consent', 'consent', send, endsCapture(recording, state))
}

/** Whether an answer of the customer ends what is being recorded. */
function endsCapture({ state }: RecordingAnswer, answer: ConsentState): boolean {
  return isRefusedConsent(answer) && state !== 'WrapUp'
}

/** Returns what an answer does to the recording, beyond being noted. */
function warningsOf(recording: RecordingAnswer, answer: ConsentState): string[] {
  if (!isRefusedConsent(answer)) return []
  const isErased = configuration.value.erasesWithoutConsent && recording.holds.length === 0
  return [
    ...(endsCapture(recording, answer) ? [t('record.consent.ends')] : []),
    ...(isErased ? [t('record.consent.erases')] : []),
  ]
}
