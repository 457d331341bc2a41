import { RecorderError } from '../contract/errors.ts'
import type { LogEvent } from '../contract/events.ts'
import { type AnswerTimes, loadAnswerTimes } from './answers.ts'
import {
  type Database,
  holdsDatabase,
  isLocked,
  openDatabase,
  reading,
  storageError,
} from './database.ts'
import { keepFolder } from './kept-folder.ts'
import { PROBE_KEY, SCHEMA_KEY } from './keys.ts'
import type { RecordingProjection } from './projection/recording.ts'
import { areProjectionsCurrent, readProjectionSync } from './projections.ts'
import { rebuildProjections } from './rebuild.ts'
import { foldToken, type Tokens } from './tokens.ts'
import { tailMissing, verifyLog } from './verify.ts'
import { type Head, readWitness } from './witness.ts'

/** The version of the layout in keys.ts and record.ts. */
const SCHEMA_VERSION = '1'

/** A log that has been verified, with what is kept of it in memory. */
export interface OpenedLog {
  db: Database
  head: Head
  /** Recordings that are not closed, oldest first. */
  open: Map<string, RecordingProjection>
  tokens: Tokens
  answers: AnswerTimes
}

/**
 * Opens a log and verifies it before anything is made of it: order, chain, witness; then
 * projections that lag behind are made anew. Rejects with STORAGE_UNAVAILABLE or STORAGE_FULL, and
 * leaves the folder closed, and a log that is not sound as it was.
 */
export async function openVerified(options: {
  folder: string
  witnessFile: string
  onProgress: (done: number) => void
}): Promise<OpenedLog> {
  const { folder, witnessFile, onProgress } = options
  const witness = await readWitness(witnessFile)
  const kept = await keepFolder(folder)
  if (witness !== undefined && !(await holdsDatabase(folder))) {
    await kept.abandon()
    throw tailMissing(0, witness.position)
  }
  const db = await openDatabase(folder).catch(async (error) => {
    await (isLocked(error) ? kept.abandon() : kept.restore())
    throw error
  })
  try {
    await checkSchema(db)
    const openIds = new Set<string>()
    const tokens: Tokens = new Map()
    const onEvent = (event: LogEvent) => {
      foldToken(tokens, event)
      if (event.recordingId === null) return
      if (event.type === 'recording.starting') openIds.add(event.recordingId)
      else if (event.type === 'recording.startFailed' || event.type === 'recording.closed')
        openIds.delete(event.recordingId)
    }
    const head = await verifyLog(db, { witness, onEvent, onProgress })
    await kept.discard()
    if (head.position === 0) await writable(db.put(SCHEMA_KEY, SCHEMA_VERSION, { sync: true }))
    const open = await openRecordings(db, head.position, openIds)
    return { db, head, tokens, open, answers: await loadAnswerTimes(db) }
  } catch (error) {
    await db.close()
    await kept.restore()
    throw error
  }
}

/** Sees whether a synced write works. Rejects with STORAGE_UNAVAILABLE or STORAGE_FULL. */
export async function probeWrite(db: Database, now: number): Promise<void> {
  await writable(db.put(PROBE_KEY, new Date(now).toISOString(), { sync: true }))
}

async function writable(write: Promise<void>): Promise<void> {
  await write.catch((error: unknown) => {
    throw storageError('The log cannot be written', error)
  })
}

async function checkSchema(db: Database): Promise<void> {
  const schema = await reading(() => db.get(SCHEMA_KEY))
  if (schema === undefined || schema === SCHEMA_VERSION) return
  throw new RecorderError(
    'STORAGE_UNAVAILABLE',
    `The log has layout ${schema}; this recorder knows layout ${SCHEMA_VERSION}. Nothing was changed.`,
  )
}

/**
 * The projections of the recordings that are not closed; all projections are made anew where they
 * cannot be used.
 */
async function openRecordings(db: Database, position: number, ids: ReadonlySet<string>) {
  const stored = (await areProjectionsCurrent(db, position)) ? load(db, ids) : undefined
  if (stored !== undefined) return stored
  await rebuildProjections(db, position)
  const rebuilt = load(db, ids)
  if (rebuilt === undefined)
    throw new RecorderError('INTERNAL', 'The projections do not agree with the log.')
  return rebuilt
}

function load(
  db: Database,
  ids: ReadonlySet<string>,
): Map<string, RecordingProjection> | undefined {
  const open = new Map<string, RecordingProjection>()
  try {
    for (const id of ids) {
      const projection = readProjectionSync(db, id)
      if (projection === undefined) return undefined
      open.set(id, projection)
    }
  } catch (error) {
    // What LevelDB cannot read cannot be made anew either; what is not JSON can.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  return open
}
