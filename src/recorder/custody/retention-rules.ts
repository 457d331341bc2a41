import type { CustodyRules, RetentionRule, RetentionView } from '../../contract/custody.ts'
import type { RecordingView } from '../../contract/views.ts'

const DAY_MS = 24 * 60 * 60 * 1_000

type Rules = CustodyRules['retention']

/** Returns when a recording will be erased by retention; null while it will not be. Pure. */
export function retentionOf(view: RecordingView, rules: Rules): RetentionView | null {
  return view.holds.length > 0 ? null : retentionWithoutHolds(view, rules)
}

/** Returns when a recording would be erased if no hold kept it; null if never. Pure. */
export function retentionWithoutHolds(view: RecordingView, rules: Rules): RetentionView | null {
  if (view.state !== 'Closed' || view.erased !== null) return null
  // The rule that would keep it longest may be one that cannot be seen to match.
  if (view.keyMissing && rules.rules.some(({ tag }) => tag !== undefined)) return null
  const longest = longestRule(view, rules)
  const keepDays = longest?.keepDays ?? rules.maxDays
  if (keepDays === null) return null
  const eraseAt = Date.parse(endOf(view)) + Math.max(keepDays, rules.minDays) * DAY_MS
  return { eraseAt: new Date(eraseAt).toISOString(), rule: longest?.name ?? null }
}

/** Returns the end of a closed recording, from which it is kept. */
export function endOf({ endedAt, closedAt, startedAt }: RecordingView): string {
  return endedAt ?? closedAt ?? startedAt
}

/** Returns the shortest time for which any recording is kept, in ms; null if none is erased. */
export function shortestKeepingMs({ rules, minDays, maxDays }: Rules): number | null {
  const days = rules.map(({ keepDays }) => keepDays)
  if (maxDays !== null) days.push(maxDays)
  return days.length === 0 ? null : Math.max(minDays, Math.min(...days)) * DAY_MS
}

function longestRule(view: RecordingView, { rules }: Rules): RetentionRule | undefined {
  let longest: RetentionRule | undefined
  for (const rule of rules)
    if (matches(view, rule) && (longest === undefined || rule.keepDays > longest.keepDays))
      longest = rule
  return longest
}

function matches(view: RecordingView, { tag, consent }: RetentionRule): boolean {
  if (consent !== undefined && consent !== (view.consent?.state ?? 'none')) return false
  if (tag === undefined) return true
  const current = view.tags.find(({ key }) => key === tag.key)
  return current !== undefined && (tag.value === undefined || tag.value === current.value)
}
