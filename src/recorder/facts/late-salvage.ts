import { setTimeout as delay } from 'node:timers/promises'
import type { SalvagedSegment } from '../../actors/port.ts'
import type { By } from '../../contract/by.ts'
import type { EventLog, UnfinishedFile } from '../../store/port.ts'
import type { FactPipeline } from './fact-pipeline.ts'

/** How long and how often to try to finish a file. */
export interface SalvageLimits {
  /** The first wait between two attempts; each is twice as long as the last. Milliseconds. */
  firstMs: number
  /** The longest wait. Milliseconds. */
  mostMs: number
  /** After this time a recording can be closed without its file. Milliseconds. */
  closeMs: number
}

const LIMITS: SalvageLimits = { firstMs: 1_000, mostMs: 60_000, closeMs: 10 * 60_000 }

/** A segment that a dead daemon left, whose file could not be finished yet. */
export interface UnsalvagedSegment extends Pick<UnfinishedFile, 'medium' | 'number' | 'file'> {
  recordingId: string
  /** Tries again. */
  salvage(): Promise<SalvagedSegment>
}

/** The parts that a late salvage works with. */
export interface LateSalvageParts {
  facts: Pick<FactPipeline, 'recordings' | 'failure' | 'ledger' | 'report' | 'append'>
  log: Pick<EventLog, 'pending'>
  system: By
  limits?: SalvageLimits | undefined
  onFault(what: string, error: unknown): void
}

/**
 * Goes on trying to finish a file that a dead daemon left: disk or key may be gone for a while. Its
 * recording is not closed meanwhile, but for ten minutes at most. After that it goes on for the
 * closed recording, too, until this recorder ends or its log fails. Never rejects.
 */
export async function salvageLater(
  segment: UnsalvagedSegment,
  parts: LateSalvageParts,
): Promise<void> {
  const { facts, onFault, limits = LIMITS } = parts
  const { recordingId, medium, number, file } = segment
  const { epoch } = facts.ledger
  const isOver = (): boolean => facts.ledger.epoch !== epoch || facts.failure !== undefined
  const since = performance.now()
  let mayClose = !facts.recordings.has(recordingId)
  for (let pause = limits.firstMs; ; pause = Math.min(2 * pause, limits.mostMs)) {
    await delay(pause, undefined, { ref: false })
    if (isOver()) return
    try {
      if (isErased(segment, parts)) return
      const salvaged = await segment.salvage()
      if (!isOver()) await record(segment, salvaged, parts)
      return
    } catch (error) {
      if (mayClose || performance.now() - since < limits.closeMs) continue
      mayClose = true
      onFault(`finishing ${file} of ${recordingId}`, error)
      facts.ledger.finish(recordingId, { medium, segment: number })
      await closeIfDue(recordingId, parts).catch((reason) => onFault('closing', reason))
    }
  }
}

/** Whether nothing of a closed recording may be kept any more. */
function isErased({ recordingId }: UnsalvagedSegment, { facts, log }: LateSalvageParts): boolean {
  if (facts.recordings.has(recordingId)) return false
  const { erased } = log.pending(recordingId) ?? {}
  return erased !== null
}

async function record(
  segment: UnsalvagedSegment,
  salvaged: SalvagedSegment,
  parts: LateSalvageParts,
): Promise<void> {
  const { facts, system } = parts
  const { recordingId, medium, number } = segment
  if (facts.recordings.has(recordingId)) {
    const report = { type: 'capture.closed', segment: number, salvaged: true, ...salvaged } as const
    facts.report(recordingId, medium, report)
    return
  }
  const { description, ...more } = salvaged
  await facts.append({ by: system, commandId: null }, (batch) => {
    if (isErased(segment, parts)) return
    if (description)
      batch.add(recordingId, 'segment.closed', { ...description, salvaged: true, ...more })
    else batch.add(recordingId, 'segment.discarded', { medium, number, ...more })
  })
}

async function closeIfDue(id: string, { facts, system }: LateSalvageParts): Promise<void> {
  const due = facts.ledger.dueClose(id)
  if (due === undefined || !facts.recordings.has(id)) return
  await facts.append({ by: system, commandId: null }, (batch) => {
    batch.close(id, due)
  })
}
