import type { Inspected } from './inspected.ts'

/** The forms in which a moment can be saved. */
export type MomentForm = 'state' | 'snapshots'

/** Saves the shown moment as a file, through the browser's download. */
export function saveMoment({ id, index, replay }: Inspected, form: MomentForm): void {
  const at = index.peek()
  const content = form === 'state' ? replay.stateAfter(at) : replay.snapshotsAfter(at)
  const url = URL.createObjectURL(
    new Blob([JSON.stringify(content, null, 2)], { type: 'application/json' }),
  )
  const link = document.createElement('a')
  link.href = url
  link.download = `${id}-${at}-${form}.json`
  link.click()
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
