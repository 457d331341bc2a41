import { useState } from 'preact/hooks'
import type { RecordingAnswer } from '../../../contract/views.ts'
import { recorder } from '../../live/recorder.ts'
import { senderName } from '../../record/sender-name.ts'
import { type PlayerTextKey, t } from '../texts/texts.ts'
import { dateText } from '../time-text.ts'
import { ReasonDialog } from './reason-dialog.tsx'

/** Erases the recording, after a reason was given. Says why while that is not possible. */
export function EraseButton({ recording }: { recording: RecordingAnswer }) {
  const [isOpen, setOpen] = useState(false)
  const obstacle = obstacleOf(recording)
  const whyId = 'why-not-erase'
  return (
    <>
      <button
        type="button"
        class="button button-small erase"
        aria-disabled={obstacle !== null}
        aria-describedby={obstacle === null ? undefined : whyId}
        onClick={() => obstacle === null && setOpen(true)}
      >
        {t('player.erase')}
      </button>
      {obstacle !== null && (
        <p class="custody-why soft" id={whyId}>
          {t(obstacle)}
        </p>
      )}
      {isOpen && (
        <ReasonDialog
          title={t('player.erase.title')}
          help={t('player.erase.help')}
          action={t('player.erase.confirm')}
          isDangerous={true}
          send={(reason) => recorder.erase(recording.id, reason)}
          onClose={() => setOpen(false)}
        >
          <Subject recording={recording} />
          <p class="erase-warning">{t('player.erase.warning')}</p>
        </ReasonDialog>
      )}
    </>
  )
}

/** Names the recording, so that nobody erases another one by mistake. */
function Subject({ recording }: { recording: RecordingAnswer }) {
  const tags = recording.tags.filter(({ key }) => !/^(?:system\.|marker)/.test(key))
  return (
    <div class="erase-subject">
      <p>
        <strong>{dateText(recording.startedAt)}</strong>
      </p>
      <p>
        {t('player.startedBy')} {senderName(recording.startedBy)}
      </p>
      {tags.length > 0 && (
        <p class="erase-tags">{tags.map(({ key, value }) => `${key}: ${value}`).join(' · ')}</p>
      )}
      <p class="soft">{recording.id}</p>
    </div>
  )
}

function obstacleOf({ state, holds }: RecordingAnswer): PlayerTextKey | null {
  if (state !== 'Closed') return 'player.erase.notClosed'
  return holds.length > 0 ? 'player.erase.onHold' : null
}
