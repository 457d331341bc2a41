import type { Database } from '../../store/database/database.ts'
import { KEPT_CHECKPOINTS, keptCheckpointKey } from '../../store/database/keys.ts'
import type { CheckpointCheck } from './check-checkpoints.ts'
import type { ConfirmationCheck } from './check-confirmations.ts'
import type { Findings } from './findings.ts'

/** The checkpoints that the database keeps, by their sizes. */
export type KeptCheckpoints = ReadonlyMap<number, string>

/** Reads the checkpoints that the database keeps. An entry that names no size is a fault. */
export async function readKept(db: Database, findings: Findings): Promise<KeptCheckpoints> {
  const { gte, lt } = KEPT_CHECKPOINTS
  const kept = new Map<number, string>()
  for (const [key, value] of await db.iterator({ gte, lt }).all()) {
    const size = Number(key.slice(gte.length))
    if (key === keptCheckpointKey(size)) kept.set(size, value)
    else findings.add('checkpointForged', `The entry ${key} is no kept checkpoint.`, { file: key })
  }
  return kept
}

/** Checks them with their cosignatures. */
export async function checkKept(
  kept: KeptCheckpoints,
  parts: { findings: Findings; checkpoints: CheckpointCheck; confirmations: ConfirmationCheck },
): Promise<void> {
  const { findings, checkpoints, confirmations } = parts
  for (const [size, note] of kept) {
    if (checkpoints.isLater(size)) continue
    const file = keptCheckpointKey(size)
    const before = findings.count
    const signed = await checkpoints.check(`The kept checkpoint of ${size} events`, note, file)
    if (signed && signed.size !== size) {
      const detail = `The entry ${file} has a checkpoint of another size.`
      findings.add('checkpointForged', detail, { file, found: String(signed.size) })
    }
    if (signed) confirmations.cosignatures(file, size, note, findings.count === before)
  }
}
