import { computed } from '@preact/signals'
import { locale } from '../i18n/texts.ts'

// Made once for a locale: that takes longer than many times.
const wholeDate = computed(
  () => new Intl.DateTimeFormat(locale.value, { dateStyle: 'long', timeStyle: 'short' }),
)
const wallClock = computed(() => new Intl.DateTimeFormat(locale.value, { timeStyle: 'medium' }))

/** Formats a position such as `5:21` or `1:05:21`, with tenths of a second if asked. */
export function positionText(ms: number, withTenths = false): string {
  const seconds = Math.floor(ms / 1_000)
  const hours = Math.floor(seconds / 3_600)
  const minutes = String(Math.floor(seconds / 60) % 60)
  const rest = String(seconds % 60).padStart(2, '0')
  const whole = hours > 0 ? `${hours}:${minutes.padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
  return withTenths ? `${whole}.${Math.floor(ms / 100) % 10}` : whole
}

/** Formats a moment as the time of day with seconds. */
export function wallClockText(epochMs: number): string {
  return wallClock.value.format(epochMs)
}

/** Formats a moment as date and time of day. */
export function dateText(at: string): string {
  return wholeDate.value.format(Date.parse(at))
}
