import { t } from '../i18n/texts.ts'

/** The settings of the page. */
export function SettingsView() {
  return <h1>{t('nav.settings')}</h1>
}
