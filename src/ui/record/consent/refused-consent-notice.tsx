import { t } from '../../i18n/texts.ts'
import { formatTime } from '../../live/format-time.ts'
import { current } from '../../live/live-state.ts'
import { senderName } from '../sender-name.ts'
import { refusedConsent } from './refused-consent.ts'

/** Says that a recording has ended because consent was refused, and what becomes of it. */
export function RefusedConsentNotice() {
  const { value: refused } = refusedConsent
  const { value: recording } = current
  const isOver = recording?.id !== refused?.recordingId || recording?.state === 'WrapUp'
  return (
    <div role="status" class="refused-consent">
      {refused && isOver && (
        <section class="card refused-consent-card" data-fate={refused.fate}>
          <div>
            <h2>{t(`record.consent.said.${refused.state}`)}</h2>
            <p>{t(`record.consent.fate.${refused.fate}`)}</p>
            <p class="soft">
              {t('record.consent.by', { name: senderName(refused.by) })} · {formatTime(refused.at)}
            </p>
          </div>
          <button
            type="button"
            class="button button-small"
            onClick={() => {
              refusedConsent.value = null
            }}
          >
            {t('record.keys.close')}
          </button>
        </section>
      )}
    </div>
  )
}
