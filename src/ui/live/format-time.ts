import { computed } from '@preact/signals'
import { locale } from '../i18n/texts.ts'

/** Made once for a locale: that takes longer than many times. */
const format = computed(
  () => new Intl.DateTimeFormat(locale.value, { hour: '2-digit', minute: '2-digit' }),
)

/** Formats a time of the API as the time of day, such as `10:42` or `10:42 AM`. */
export function formatTime(at: string): string {
  return format.value.format(new Date(at))
}
