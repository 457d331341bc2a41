import { useState } from 'preact/hooks'
import type { ConsentView } from '../../../contract/custody.ts'
import type { RecordingAnswer } from '../../../contract/views.ts'
import { t } from '../../i18n/texts.ts'
import { formatTime } from '../../live/format-time.ts'
import { Icon } from '../icons.tsx'
import { senderName } from '../sender-name.ts'
import { ConsentForm } from './consent-form.tsx'
import { methodName } from './method-name.ts'

/** Says whether the customer agrees to be recorded, and notes another answer. */
export function ConsentPanel({ recording }: { recording: RecordingAnswer }) {
  const [isOpen, setOpen] = useState(false)
  const { consent } = recording
  return (
    <section class="card consent" aria-labelledby="consent-now" data-consent={consent?.state}>
      <div class="consent-head">
        <h2 id="consent-now">{t('record.setup.consent')}</h2>
        <ConsentNow consent={consent} />
        <button
          type="button"
          class="button button-small"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {t('record.consent.note')}
        </button>
      </div>
      {isOpen && <ConsentForm recording={recording} onDone={() => setOpen(false)} />}
    </section>
  )
}

function ConsentNow({ consent }: { consent: ConsentView | null }) {
  if (consent === null) return <p class="consent-now soft">{t('record.consent.none')}</p>
  const { state, method, note, at, by } = consent
  return (
    <p class="consent-now">
      <span class="consent-word">
        <Icon name={state === 'granted' ? 'check' : 'remove'} size={18} />
        {t(`record.consent.${state}`)}
      </span>{' '}
      <span class="soft">
        {methodName(method)} · {t('record.consent.by', { name: senderName(by) })} ·{' '}
        <time dateTime={at}>{formatTime(at)}</time>
      </span>
      {note !== undefined && <span class="consent-note">{note}</span>}
    </p>
  )
}
