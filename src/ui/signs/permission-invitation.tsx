import { signal } from '@preact/signals'
import { t } from '../i18n/texts.ts'
import { settings } from '../live/settings.ts'

/** The browser's decision about notifications: `default` means that it has not been asked. */
export const notificationPermission = signal<NotificationPermission>(
  'Notification' in window ? Notification.permission : 'denied',
)

/** Asks the person for the permission. A browser allows that only after a click. */
export async function askForNotifications(): Promise<void> {
  notificationPermission.value = await Notification.requestPermission()
}

/** Invites to allow notifications, until the browser has been asked or somebody says no here. */
export function PermissionInvitation() {
  if (notificationPermission.value !== 'default' || !settings.value.notifications) return null
  const decline = (): void => {
    settings.value = { ...settings.value, notifications: false }
  }
  return (
    <aside class="invitation">
      <p>{t('signs.invitation')}</p>
      <div class="invitation-answers">
        <button
          type="button"
          class="button button-small"
          onClick={() => void askForNotifications()}
        >
          {t('signs.allow')}
        </button>
        <button type="button" class="button button-small button-quiet" onClick={decline}>
          {t('signs.decline')}
        </button>
      </div>
    </aside>
  )
}
