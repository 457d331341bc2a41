import { useEffect, useState } from 'preact/hooks'
import { type HoldView, isRefusedConsent } from '../../../contract/custody.ts'
import type { RecordingAnswer } from '../../../contract/views.ts'
import { configuration } from '../../live/configuration.ts'
import { recorder } from '../../live/recorder.ts'
import { hasScope, loadSession } from '../../live/session.ts'
import { senderName } from '../../record/sender-name.ts'
import { t } from '../texts/texts.ts'
import { dateText } from '../time-text.ts'
import { AccessList } from './access-list.tsx'
import { EraseButton } from './erase-button.tsx'
import { ReasonDialog } from './reason-dialog.tsx'

/** The holds of a recording, its erasure, and who has seen it: for those who may. */
export function CustodyPanel({ recording }: { recording: RecordingAnswer }) {
  useEffect(() => void loadSession(), [])
  const isAdmin = hasScope('admin')
  return (
    <section class="card custody" aria-labelledby="custody">
      <header class="custody-head">
        <h2 id="custody">{t('player.custody')}</h2>
        {isAdmin && <HoldButton recording={recording} />}
        {isAdmin && <EraseButton recording={recording} />}
      </header>
      <Holds recording={recording} isAdmin={isAdmin} />
      {!isAdmin && <p class="soft">{t('player.custody.needsAdmin')}</p>}
      {hasScope('audit') && <AccessList id={recording.id} />}
    </section>
  )
}

function HoldButton({ recording }: { recording: RecordingAnswer }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button type="button" class="button button-small" onClick={() => setOpen(true)}>
        {t('player.hold.place')}
      </button>
      {isOpen && (
        <ReasonDialog
          title={t('player.hold.place')}
          help={t('player.hold.help')}
          action={t('player.hold.place')}
          isDangerous={false}
          send={(reason) => recorder.hold(recording.id, reason)}
          onClose={() => setOpen(false)}
        >
          <p>{t('player.hold.what', { when: dateText(recording.startedAt) })}</p>
        </ReasonDialog>
      )}
    </>
  )
}

function Holds({ recording, isAdmin }: { recording: RecordingAnswer; isAdmin: boolean }) {
  const { holds } = recording
  if (holds.length === 0) return <p class="soft">{t('player.holds.none')}</p>
  return (
    <ul class="holds" aria-label={t('player.hold')}>
      {holds.map((hold) => (
        <Hold
          key={hold.id}
          recordingId={recording.id}
          hold={hold}
          isAdmin={isAdmin}
          erases={holds.length === 1 && isErasedWithoutHold(recording)}
        />
      ))}
    </ul>
  )
}

function Hold({
  recordingId,
  hold,
  isAdmin,
  erases,
}: {
  recordingId: string
  hold: HoldView
  isAdmin: boolean
  /** Whether its release erases the recording. */
  erases: boolean
}) {
  const [isOpen, setOpen] = useState(false)
  return (
    <li class="hold">
      <div>
        <p class="hold-reason">{hold.reason}</p>
        <p class="soft">
          {t('player.by', { name: senderName(hold.by) })} ·{' '}
          <time dateTime={hold.at}>{dateText(hold.at)}</time>
        </p>
      </div>
      {isAdmin && (
        <button type="button" class="button button-small" onClick={() => setOpen(true)}>
          {t('player.hold.release')}
        </button>
      )}
      {isOpen && (
        <ReasonDialog
          title={t('player.hold.releaseTitle')}
          help={t('player.hold.help')}
          action={t('player.hold.release')}
          isDangerous={erases}
          send={(reason) => recorder.releaseHold(recordingId, hold.id, reason)}
          onClose={() => setOpen(false)}
        >
          <p>
            {t('player.hold.releaseWhat')} <strong>{hold.reason}</strong>
          </p>
          {erases && <p class="erase-warning">{t('player.hold.releaseErases')}</p>}
        </ReasonDialog>
      )}
    </li>
  )
}

/** Whether refused consent erases the recording as soon as no hold keeps it. */
function isErasedWithoutHold({ consent }: RecordingAnswer): boolean {
  return configuration.value.erasesWithoutConsent && isRefusedConsent(consent?.state ?? null)
}
