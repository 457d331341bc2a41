import { toUtcTime } from '../../contract/utc-time.ts'

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** Whether a text has the form of a day, such as `2026-01-31`. */
export function isDay(text: string): boolean {
  return DAY.test(text)
}

/** Returns when a day starts in the time zone of this computer, some days later (RFC 3339). */
export function startOfDay(day: string, daysLater: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return toUtcTime(new Date(year, month - 1, date + daysLater))
}
