import { useEffect } from 'preact/hooks'
import { application } from '../live/live-state.ts'
import { loadSession } from '../live/session.ts'
import { AppearanceCard } from './appearance-card.tsx'
import { KeysCard } from './custody/keys-card.tsx'
import { RulesCard } from './custody/rules-card.tsx'
import { NotificationsCard } from './notifications-card.tsx'
import { SessionCard } from './session-card.tsx'
import { t } from './texts/texts.ts'

/** The settings of the page, the recorder's rules and keys, and the end of the session. */
export function SettingsView() {
  useEffect(() => void loadSession(), [])
  return (
    <section class="settings" aria-labelledby="settings-title">
      <header class="settings-head">
        <h1 id="settings-title">{t('nav.settings')}</h1>
        <p class="soft">{t('settings.here')}</p>
      </header>
      <AppearanceCard />
      <NotificationsCard />
      <RulesCard />
      <KeysCard />
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
