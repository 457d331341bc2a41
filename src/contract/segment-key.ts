import type { Medium } from './media.ts'

/** The key of a segment within its recording, e.g. `mic/1`. */
export function segmentKey(medium: Medium, number: number): string {
  return `${medium}/${number}`
}
