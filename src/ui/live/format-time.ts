import { locale } from '../i18n/texts.ts'

/** Formats a time of the API as the time of day, such as `10:42` or `10:42 AM`. */
export function formatTime(at: string): string {
  return new Date(at).toLocaleTimeString(locale.value, { hour: '2-digit', minute: '2-digit' })
}
