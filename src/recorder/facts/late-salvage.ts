import { setTimeout as delay } from 'node:timers/promises'
import type { SalvagedSegment } from '../../actors/port.ts'
import type { EventOf } from '../../contract/events.ts'
import type { FactPipeline } from './fact-pipeline.ts'

/** Waits between attempts to finish a file: each is twice as long as the last. Milliseconds. */
const RETRY_MS = { first: 1_000, most: 60_000 }
/** After this time a recording can be closed without its file. Milliseconds. */
const GIVE_UP_MS = 10 * 60_000

/** A segment that a dead daemon left, whose file could not be finished yet. */
export interface UnsalvagedSegment {
  recordingId: string
  opened: EventOf<'segment.opened'>
  /** Tries again. */
  salvage(): Promise<SalvagedSegment>
}

/**
 * Goes on trying to finish a file that a dead daemon left: the disk may be full or gone for a
 * while. Until then its recording is not closed, because nobody looks for the files of a closed
 * one. Never rejects.
 */
export async function salvageLater(
  { recordingId, opened, salvage }: UnsalvagedSegment,
  facts: Pick<FactPipeline, 'live' | 'ledger' | 'report'>,
  onFault: (what: string, error: unknown) => void,
): Promise<void> {
  const { medium, number: segment } = opened.data
  const live = facts.live.get(recordingId)
  const since = performance.now()
  for (let pause = RETRY_MS.first; ; pause = Math.min(2 * pause, RETRY_MS.most)) {
    await delay(pause, undefined, { ref: false })
    // Closed meanwhile, or a later recovery looks after it.
    if (live === undefined || facts.live.get(recordingId) !== live) return
    try {
      const salvaged = await salvage()
      if (facts.live.get(recordingId) !== live) return
      facts.report(recordingId, medium, { type: 'capture.closed', segment, ...salvaged })
      return
    } catch (error) {
      if (performance.now() - since < GIVE_UP_MS) continue
      onFault(`finishing ${opened.data.file} of ${recordingId}`, error)
      facts.ledger.finish(recordingId, { medium, segment })
      return
    }
  }
}
