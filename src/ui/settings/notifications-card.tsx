import { Field } from '../controls/field.tsx'
import { configuration } from '../live/configuration.ts'
import { type PageSettings, settings } from '../live/settings.ts'
import { askForNotifications, notificationPermission } from '../signs/permission-invitation.tsx'
import { t } from './texts/texts.ts'

/** The minutes between two reminders that the page offers; 0 is off. */
const MINUTES = [0, 5, 10, 15, 30, 60]

const change = (part: Partial<PageSettings>): void => {
  settings.value = { ...settings.value, ...part }
}

/** Chooses what the page reports by itself: notifications, reminders and alarms. */
export function NotificationsCard() {
  const { notifications, alarmSound } = settings.value
  return (
    <section class="card settings-card" aria-labelledby="settings-notifications">
      <h2 id="settings-notifications">{t('settings.notifications')}</h2>
      <div class="settings-group">
        <Switch
          text={t('settings.notify')}
          isOn={notifications}
          onChange={(isOn) => change({ notifications: isOn })}
        />
        {notifications && <Permission />}
      </div>
      <Reminder />
      <Switch
        text={t('settings.sound')}
        isOn={alarmSound}
        onChange={(isOn) => change({ alarmSound: isOn })}
      />
    </section>
  )
}

/** Says what the browser thinks of notifications. It can be asked once only. */
function Permission() {
  const permission = notificationPermission.value
  return (
    <div class="settings-permission" data-permission={permission} role="status">
      <p>{t(`settings.permission.${permission}`)}</p>
      {permission === 'default' && (
        <button
          type="button"
          class="button button-small"
          onClick={() => void askForNotifications()}
        >
          {t('settings.ask')}
        </button>
      )}
    </div>
  )
}

function Reminder() {
  const { reminderMinutes } = settings.value
  const configured = reminderText(configuration.value.reminderMinutes)
  // Another version of the page may have kept a number that is not offered here.
  const choices = [...new Set([...MINUTES, reminderMinutes ?? 0])].sort((a, b) => a - b)
  return (
    <Field label={t('settings.reminder')} id="settings-reminder">
      <select
        id="settings-reminder"
        class="input"
        value={reminderMinutes ?? ''}
        onChange={({ currentTarget: { value } }) =>
          change({ reminderMinutes: value === '' ? null : Number(value) })
        }
      >
        <option value="">{t('settings.reminder.configured', { choice: configured })}</option>
        {choices.map((minutes) => (
          <option key={minutes} value={minutes}>
            {reminderText(minutes)}
          </option>
        ))}
      </select>
    </Field>
  )
}

function reminderText(minutes: number): string {
  return minutes === 0 ? t('settings.reminder.off') : t('settings.reminder.every', { minutes })
}

function Switch(props: { text: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <label class="settings-switch">
      <input
        type="checkbox"
        checked={props.isOn}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span>{props.text}</span>
    </label>
  )
}
