import { saveBlob } from '../../controls/save-blob.ts'
import type { Inspected } from '../opening/inspected.ts'

/** The forms in which a moment can be saved. */
export type MomentForm = 'state' | 'snapshots'

/** Saves the shown moment as a file, through the browser's download. */
export function saveMoment({ id, index, replay }: Inspected, form: MomentForm): void {
  const at = index.peek()
  const content = form === 'state' ? replay.stateAfter(at) : replay.snapshotsAfter(at)
  const text = JSON.stringify(content, null, 2)
  saveBlob(new Blob([text], { type: 'application/json' }), `${id}-${at}-${form}.json`)
}
