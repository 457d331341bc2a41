import { language } from '../i18n/texts.ts'

/** Formats a time of the recorder as the time of day here, such as `10:42`. */
export function timeOfDay(at: string, precision: 'minutes' | 'seconds' = 'minutes'): string {
  return new Date(at).toLocaleTimeString(language.value, {
    hour: '2-digit',
    minute: '2-digit',
    ...(precision === 'seconds' ? { second: '2-digit' } : {}),
  })
}
