import { computed } from '@preact/signals'
import { locale } from '../i18n/texts.ts'
import { dayOf } from './list-row.ts'

/** The formats of times and days. Creating one takes longer than many uses. */
const formats = computed(() => {
  const day = { weekday: 'long', day: 'numeric', month: 'long' } as const
  return {
    time: new Intl.DateTimeFormat(locale.value, { timeStyle: 'short' }),
    thisYear: new Intl.DateTimeFormat(locale.value, day),
    otherYear: new Intl.DateTimeFormat(locale.value, { ...day, year: 'numeric' }),
    relative: new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto' }),
  }
})

/** Formats a time of the API as the time of day. */
export function timeOfDay(at: string): string {
  return formats.value.time.format(new Date(at))
}

/** Returns the name of a day: `Today`, `Yesterday` or its date. */
export function dayName(day: string): string {
  const { thisYear, otherYear } = formats.value
  const today = new Date()
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1)
  if (day === dayOf(today)) return relativeDay(0)
  if (day === dayOf(yesterday)) return relativeDay(-1)
  const date = new Date(`${day}T12:00:00`)
  return (date.getFullYear() === today.getFullYear() ? thisYear : otherYear).format(date)
}

function relativeDay(days: number): string {
  const name = formats.value.relative.format(days, 'day')
  return name.charAt(0).toLocaleUpperCase(locale.value) + name.slice(1)
}
