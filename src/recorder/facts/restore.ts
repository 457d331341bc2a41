import type { By } from '../../contract/by.ts'
import { destroyFormerSigningKeys, missingSigningKey } from '../custody/signing-key.ts'
import type { RecorderOptions } from '../recorder-options.ts'
import type { RecorderParts } from '../recorder-parts.ts'
import { salvageLater, type UnsalvagedSegment } from './late-salvage.ts'
import { type OpeningFact, openingFacts, rulesFact, unacknowledgedCommands } from './opening.ts'
import {
  findInterrupted,
  newestTime,
  recoveryFacts,
  removeUnconfirmed,
  unsalvagedSegment,
} from './recovery.ts'

/** The parts and facts with which a recorder restores its recordings. */
export interface Restoring {
  options: RecorderOptions
  parts: Pick<RecorderParts, 'facts' | 'reader' | 'recordingsDisk'>
  system: By
  /** The fact behind those of the recovery. */
  opening: OpeningFact
  reason: 'interrupted' | 'storageFull'
  onFault(what: string, error: unknown): void
}

/**
 * Folds the log, finishes the files of interrupted recordings, and records how they ended, that the
 * log is open, and which outcomes no client may have been told.
 */
export async function restoreRecordings(restoring: Restoring): Promise<void> {
  const { options, parts, system, opening, reason, onFault } = restoring
  const { log, platform, keys, clock, logger } = options
  const { recordingsDisk } = parts
  await recordingsDisk.isThere()
  const interrupted = await findInterrupted({ log, platform, keys, recordingsDisk, onFault })
  // Before the facts: once the log says that they never existed, nobody looks for their files.
  const unconfirmed = await removeUnconfirmed(log, interrupted, recordingsDisk, onFault)
  const unacknowledged = await unacknowledgedCommands(log)
  const { lostWitness, rebuiltViews } = log
  if (rebuiltViews !== undefined)
    logger.warn(rebuiltViews, 'stored views were damaged and have been rebuilt')
  const signingKey = await missingSigningKey(log, keys)
  // One millisecond more makes the interruption a gap, however far the clock was set back.
  clock.notBefore(newestTime(log, interrupted) + 1)
  parts.facts.reset(interrupted.recordings, interrupted.pastEvents)
  const since = new Date(clock.now()).toISOString()
  for (const { recordingId, medium, number: segment } of interrupted.unsalvaged)
    parts.facts.ledger.leaveUnfinished(recordingId, { medium, segment }, since)
  for (const events of interrupted.pastEvents.values()) parts.reader.observe(events)
  await parts.facts.append({ by: system, commandId: null }, (batch) => {
    if (lostWitness !== undefined) batch.add(null, 'log.witnessLost', lostWitness)
    if (rebuiltViews !== undefined) batch.add(null, 'log.viewsRebuilt', rebuiltViews)
    for (const id of interrupted.recordings.keys())
      recoveryFacts(batch, id, interrupted, reason, lostWitness !== undefined)
    openingFacts(batch, opening, unacknowledged)
    rulesFact(batch, log, options.rules())
    if (signingKey) batch.add(null, 'signingKey.changed', signingKey)
  })
  await destroyFormerSigningKeys(log, keys).catch((error) =>
    onFault('removing a former key of the log', error),
  )
  for (const segment of [...interrupted.unsalvaged, ...leftOfClosed(options, recordingsDisk)])
    void salvageLater(segment, {
      ...{ facts: parts.facts, log, system, limits: options.salvageLimits, onFault },
    })
  // After the facts: until then they can be read. Keys that a crash leaves are tidied up later.
  for (const id of unconfirmed)
    await keys.discard(id).catch((error) => onFault('removing an unused key', error))
  // Now, not at the next tick: a screen that is captured by then would lose its segment.
  clock.check()
}

/** The files of closed recordings that could not be finished before they were closed. */
function leftOfClosed(
  options: RecorderOptions,
  recordingsDisk: RecorderParts['recordingsDisk'],
): UnsalvagedSegment[] {
  const { log } = options
  const open = new Set(log.openRecordings().map(({ id }) => id))
  return log
    .unfinishedFiles()
    .filter(({ recordingId }) => !open.has(recordingId))
    .map((file) => unsalvagedSegment({ ...options, recordingsDisk }, file))
}
