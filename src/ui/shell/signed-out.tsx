import { t } from '../i18n/texts.ts'

/** Asks for a new launch link. */
export function SignedOut() {
  return (
    <section class="notice">
      <h1>{t('link.signedOut')}</h1>
      <p>{t('link.signedOutHelp')}</p>
    </section>
  )
}
