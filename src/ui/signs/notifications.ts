import { effect } from '@preact/signals'
import type { RecordingState } from '../../contract/states.ts'
import { type TextKey, t } from '../i18n/texts.ts'
import { configuration } from '../live/configuration.ts'
import { current, link } from '../live/live-state.ts'
import { clockText, recordedMs } from '../live/recorded-time.ts'
import { recorderNow } from '../live/recorder-time.ts'
import { settings } from '../live/settings.ts'

/** The subject of a notification. */
type Change = 'started' | 'paused' | 'resumed' | 'stopped'

/** The recording that was seen last, its state, and how many reminders it has had. */
interface Seen {
  id: string
  state: RecordingState
  reminders: number
}

const TEXTS: Record<Change, TextKey> = {
  started: 'signs.notifyStarted',
  paused: 'signs.notifyPaused',
  resumed: 'signs.notifyResumed',
  stopped: 'signs.notifyStopped',
}

const REMINDER_CHECK_MS = 5_000

/**
 * Shows a desktop notification when a recording starts, pauses, resumes or stops, whoever controls
 * it, and a reminder after every so many minutes of recording. Of several windows, one does. A
 * notification holds no data of the customer.
 */
export function notifyChanges(): void {
  let isChosen = false
  // The lock is held until this window is closed.
  void navigator.locks.request('f2f-notifications', () => {
    isChosen = true
    return new Promise(() => {})
  })
  let seen: Seen | null | undefined
  effect(() => {
    if (link.value.state !== 'live') return
    const { value: recording } = current
    const before = seen
    seen = recording && {
      id: recording.id,
      state: recording.state,
      reminders: before?.id === recording.id ? before.reminders : dueReminders(),
    }
    // The page has just been opened: nothing has changed.
    if (before === undefined) return
    const change = changeBetween(before, seen)
    if (change !== null && isChosen) notify(t(TEXTS[change]))
  })
  setInterval(() => {
    if (seen?.state !== 'Active' || link.value.state !== 'live') return
    const due = dueReminders()
    if (due > seen.reminders && isChosen) notify(t('signs.notifyReminder', { time: timeNow() }))
    seen.reminders = due
  }, REMINDER_CHECK_MS)
}

/** Returns what has happened between two states of the recorder; null when nothing has. */
export function changeBetween(before: Seen | null, after: Seen | null): Change | null {
  const wasCapturing = before !== null && isCapturing(before.state)
  const isNew = after !== null && after.id !== before?.id
  if (after !== null && isCapturing(after.state)) {
    if (isNew) return after.state === 'Paused' ? 'paused' : 'started'
    if (after.state === before?.state) return null
    return after.state === 'Paused' ? 'paused' : 'resumed'
  }
  return wasCapturing ? 'stopped' : null
}

const isCapturing = (state: RecordingState): boolean => state === 'Active' || state === 'Paused'

function dueReminders(): number {
  const minutes = settings.value.reminderMinutes ?? configuration.value.reminderMinutes
  if (minutes === 0 || current.value === null) return 0
  return Math.floor(recordedMs(current.value, recorderNow()) / (minutes * 60_000))
}

const timeNow = (): string =>
  current.value ? clockText(recordedMs(current.value, recorderNow())) : ''

function notify(text: string): void {
  if (!settings.value.notifications || !('Notification' in window)) return
  if (Notification.permission !== 'granted') return
  // The same tag: a new notification replaces the last one.
  new Notification(t('app.name'), { body: text, tag: 'f2f', icon: '/icons/app.svg' })
}
