import type { PageLanguage } from '../../../contract/configuration.ts'

const LOCALES: Record<PageLanguage, string> = { en: 'en-GB', de: 'de-DE' }

/** How a report writes times, lengths and sizes: in the time zone of the recording. */
export class Formats {
  readonly #locale: string
  readonly #date: Intl.DateTimeFormat
  readonly #time: Intl.DateTimeFormat
  readonly #shortTime: Intl.DateTimeFormat
  readonly #dateTime: Intl.DateTimeFormat
  readonly #zone: Intl.DateTimeFormat

  constructor(language: PageLanguage, timeZone: string) {
    const locale = LOCALES[language]
    const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
      new Intl.DateTimeFormat(locale, { timeZone, hourCycle: 'h23', ...options })
    const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const
    const day = { year: 'numeric', month: '2-digit', day: '2-digit' } as const
    this.#locale = locale
    this.#date = format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
    this.#time = format(clock)
    this.#shortTime = format({ hour: '2-digit', minute: '2-digit' })
    this.#dateTime = format({ ...day, ...clock })
    this.#zone = format({ timeZoneName: 'longOffset' })
  }

  /** Such as `Sunday 29 November 2026`. */
  date(at: string): string {
    return this.#date.format(new Date(at))
  }

  /** The time of day, to the second. */
  time(at: string | number): string {
    return this.#time.format(new Date(at))
  }

  /** The time of day, to the minute. */
  shortTime(at: string | number): string {
    return this.#shortTime.format(new Date(at))
  }

  dateTime(at: string): string {
    return this.#dateTime.format(new Date(at))
  }

  /** The difference to UTC at a time, such as `GMT+01:00`. */
  offset(at: string): string {
    const parts = this.#zone.formatToParts(new Date(at))
    return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
  }

  /** Such as `1 h 02 min 05 s`; below ten seconds with tenths. */
  length(ms: number): string {
    if (ms < 9_950) return `${this.number(ms / 1_000, 1)} s`
    const seconds = Math.round(ms / 1_000)
    const [h, min, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
    const two = (value: number): string => String(value).padStart(2, '0')
    if (h > 0) return `${h} h ${two(min)} min ${two(s)} s`
    return min > 0 ? `${min} min ${two(s)} s` : `${s} s`
  }

  /** Time from the start, such as `1:02:05` or `2:05`. */
  elapsed(ms: number): string {
    const seconds = Math.round(ms / 1_000)
    const [h, min, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
    const two = (value: number): string => String(value).padStart(2, '0')
    return h > 0 ? `${h}:${two(min)}:${two(s)}` : `${min}:${two(s)}`
  }

  bytes(bytes: number): string {
    if (bytes < 1_000) return `${bytes} B`
    const units = ['kB', 'MB', 'GB', 'TB']
    const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3))
    return `${this.number(bytes / 1_000 ** power, 1)} ${units[power - 1]}`
  }

  number(value: number, digits = 0): string {
    const options = { minimumFractionDigits: digits, maximumFractionDigits: digits }
    return value.toLocaleString(this.#locale, options)
  }
}
