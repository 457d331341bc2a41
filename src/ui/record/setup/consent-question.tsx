import { t } from '../../i18n/texts.ts'
import { configuration } from '../../live/configuration.ts'
import { hasConsent } from './consent.ts'

/** Asks before a start whether the customer agrees, where the configuration wants to know it. */
export function ConsentQuestion() {
  const { consentMode } = configuration.value
  if (consentMode === 'off') return null
  const isMissing = consentMode === 'required' && !hasConsent.value
  return (
    <section class="card" aria-labelledby="setup-consent">
      <h2 id="setup-consent">{t('record.setup.consent')}</h2>
      <label class="pill" for="consent">
        <input
          type="checkbox"
          id="consent"
          checked={hasConsent.value}
          aria-describedby={isMissing ? 'consent-error' : undefined}
          onChange={(event) => {
            hasConsent.value = event.currentTarget.checked
          }}
        />
        {t('record.setup.consentGiven')}
      </label>
      {isMissing && (
        <p class="field-help" id="consent-error">
          {t('record.setup.required')}
        </p>
      )}
    </section>
  )
}
