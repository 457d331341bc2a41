/** The value that `share` (0–1) of the values do not exceed; NaN without values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** The middle value, which a few slow moments of a busy machine do not change. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}
