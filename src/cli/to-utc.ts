import { toUtcTime } from '../contract/utc-time.ts'
import { UsageError } from './problem.ts'
import { parseTime } from './text/quantities.ts'

/**
 * Returns the time that an option names, as UTC. A day is a local one; as the end of a period it is
 * included. Throws {@link UsageError}.
 */
export function toUtc(name: 'from' | 'to', text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const time = parseTime(text, name === 'to')
  if (time === null)
    throw new UsageError(
      `The option --${name} needs a time like 2026-01-31, 2026-01-31T10:00 or 2026-01-31T10:00:00Z.`,
    )
  return toUtcTime(time)
}
