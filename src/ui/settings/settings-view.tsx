import { t } from '../i18n/texts.ts'
import { application } from '../live/live-state.ts'
import { AppearanceCard } from './appearance-card.tsx'
import { NotificationsCard } from './notifications-card.tsx'
import { SessionCard } from './session-card.tsx'

/** The settings of the page, kept in this browser, and the end of its session. */
export function SettingsView() {
  return (
    <section class="settings" aria-labelledby="settings-title">
      <header class="settings-head">
        <h1 id="settings-title">{t('nav.settings')}</h1>
        <p class="soft">{t('settings.here')}</p>
      </header>
      <AppearanceCard />
      <NotificationsCard />
      <SessionCard />
      <footer class="settings-about soft">
        <p>{t('app.name')}</p>
        {application.value && (
          <p>{t('settings.version', { version: application.value.version })}</p>
        )}
      </footer>
    </section>
  )
}
