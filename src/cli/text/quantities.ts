/** Formats and parses times, durations, sizes and levels for people. */

/** Formats an RFC 3339 time in the local time zone, to the second. */
export function localTime(at: string): string {
  const time = new Date(at)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
}

/** Formats milliseconds as `h:mm:ss`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const two = (value: number) => String(value).padStart(2, '0')
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

/** Formats milliseconds to a tenth of a second below one minute, and as `h:mm:ss` from there. */
export function shortDuration(ms: number): string {
  return ms < 60_000 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : duration(ms)
}

/** Formats bytes in decimal units, as disks are sold. */
export function size(bytes: number): string {
  let value = bytes
  let unit = 0
  for (; value >= 999.5 && unit < 4; unit++) value /= 1000
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${['B', 'kB', 'MB', 'GB', 'TB'][unit]}`
}

const UNITS: Record<string, number> = {
  ...{ b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 },
  ...{ kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 },
}

/**
 * Parses a size such as `256MB`, `1.5 GB`, `512MiB` or `1000000`, in bytes. Returns null for
 * anything else.
 */
export function parseSize(text: string): number | null {
  const parts = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim())
  const unit = UNITS[(parts?.[2] || 'b').toLowerCase()]
  if (!parts || unit === undefined) return null
  const bytes = Math.round(Number(parts[1]) * unit)
  return Number.isSafeInteger(bytes) ? bytes : null
}

/** Formats a level in dB relative to full scale, as a bar over the last 60 dB and as a number. */
export function levelBar(rmsDb: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, (rmsDb + 60) / 60)) * 10)
  return `${'#'.repeat(filled)}${'.'.repeat(10 - filled)} ${Math.round(rmsDb)} dB`
}

/**
 * Parses a point in time: RFC 3339 with zone, or local as `2026-01-31` or `2026-01-31T10:00`. A
 * date alone means its first moment, or with `wholeDay` the first moment after it. Returns null for
 * anything else.
 */
export function parseTime(text: string, wholeDay = false): Date | null {
  const parts =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/i.exec(
      text,
    )
  if (!parts) return null
  const [year, month, day] = [Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])]
  // Date rolls 31 February over to March. A typing error must be reported instead.
  const midnight = new Date(year, month, day)
  if (midnight.getMonth() !== month || midnight.getDate() !== day) return null
  if (text.length === 10) return wholeDay ? new Date(year, month, day + 1) : midnight
  const time = new Date(text.toUpperCase().replace(' ', 'T'))
  return Number.isNaN(time.getTime()) ? null : time
}
