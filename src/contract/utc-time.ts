const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const FIRST_MS = Date.parse('0000-01-01T00:00:00Z')

/**
 * Returns a time as RFC 3339 in UTC. It has the years 0000 to 9999 only, so a time beyond them
 * becomes the nearest that it has: texts of other years would be in no order.
 */
export function toUtcTime(time: Date): string {
  return new Date(Math.min(Math.max(time.getTime(), FIRST_MS), LAST_MS)).toISOString()
}
