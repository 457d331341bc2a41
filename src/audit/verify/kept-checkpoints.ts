import type { Database } from '../../store/database.ts'
import { KEPT_CHECKPOINTS, KEPT_TIMESTAMPS } from '../../store/keys.ts'
import { parseNote } from '../../tlog/note.ts'
import { signatureLine } from '../../tlog/note-signature.ts'
import { TlogError } from '../../tlog/tlog-error.ts'
import type { CheckpointCheck } from './check-checkpoints.ts'
import type { ConfirmationCheck } from './check-confirmations.ts'
import type { Findings } from './findings.ts'

/** The checkpoints that the database keeps, and the timestamps over them, by their sizes. */
export interface KeptCheckpoints {
  notes: ReadonlyMap<number, string>
  /** In base64. */
  timestamps: ReadonlyMap<number, string>
}

/** Reads the checkpoints that the database keeps. */
export async function readKept(db: Database): Promise<KeptCheckpoints> {
  const read = async ({ gte, lt }: typeof KEPT_CHECKPOINTS): Promise<Map<number, string>> => {
    const entries = await db.iterator({ gte, lt }).all()
    return new Map(entries.map(([key, value]) => [Number(key.slice(gte.length)), value]))
  }
  return { notes: await read(KEPT_CHECKPOINTS), timestamps: await read(KEPT_TIMESTAMPS) }
}

/** Checks them with their cosignatures and timestamps. */
export async function checkKept(
  { notes, timestamps }: KeptCheckpoints,
  parts: { findings: Findings; checkpoints: CheckpointCheck; confirmations: ConfirmationCheck },
): Promise<void> {
  const { findings, checkpoints, confirmations } = parts
  for (const [size, note] of notes) {
    if (checkpoints.isLater(size)) continue
    const file = fileOf('checkpoint', size)
    const before = findings.count
    const signed = await checkpoints.check(`The kept checkpoint of ${size} events`, note, file)
    if (signed && signed.size !== size) {
      const detail = `The entry ${file} has a checkpoint of another size.`
      findings.add('checkpointForged', detail, { file, found: String(signed.size) })
    }
    if (signed) confirmations.cosignatures(file, size, note, findings.count === before)
  }
  for (const [size, timestamp] of timestamps) {
    const file = fileOf('timestamp', size)
    const own = ownNote(notes.get(size))
    if (own === undefined)
      findings.add('timestampWrong', `The entry ${file} belongs to no kept checkpoint.`, { file })
    else confirmations.timestamp(file, size, own, Buffer.from(timestamp, 'base64'))
  }
}

const fileOf = (kind: string, size: number): string => `${kind}/${String(size).padStart(16, '0')}`

/** Returns a note with the signatures of its log alone, as a timestamp is of it. */
function ownNote(note: string | undefined): Buffer | undefined {
  try {
    const { text, signatures } = parseNote(note ?? '')
    const [origin] = text.split('\n')
    const own = signatures.filter(({ name }) => name === origin)
    return Buffer.from(`${text}\n${own.map(signatureLine).join('')}`)
  } catch (error) {
    if (error instanceof TlogError) return undefined
    throw error
  }
}
