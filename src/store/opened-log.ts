import { RecorderError } from '../contract/errors.ts'
import type { LogEvent } from '../contract/events.ts'
import { loadUnacknowledged, type Unacknowledged } from './acknowledgement.ts'
import { type AnswerTimes, loadAnswerTimes } from './answers.ts'
import {
  type Database,
  hasDatabase,
  isLocked,
  openDatabase,
  storageError,
  wrapReadErrors,
} from './database.ts'
import { snapshotFolder } from './folder-snapshot.ts'
import { PROBE_KEY, SCHEMA_KEY } from './keys.ts'
import type { RecordingProjection } from './projection/recording.ts'
import { rebuildProjections } from './rebuild-projections.ts'
import { areProjectionsCurrent, readOpenProjection } from './stored-projections.ts'
import { applyTokenEvent, type Tokens } from './tokens.ts'
import { tailMissing, verifyLog } from './verify.ts'
import { type Head, readWitness } from './witness.ts'

/** The version of the layout in keys.ts and record.ts. */
const SCHEMA_VERSION = '1'

/** A verified log with its state in memory. */
export interface OpenedLog {
  db: Database
  head: Head
  /** Recordings that are not closed, oldest first. */
  open: Map<string, RecordingProjection>
  tokens: Tokens
  answers: AnswerTimes
  unacknowledged: Unacknowledged
}

/**
 * Opens a log and verifies order, chain and witness before using it. Rebuilds projections that are
 * out of date. Rejects with STORAGE_UNAVAILABLE or STORAGE_FULL; then the database is closed, and
 * the files of a damaged log are unchanged.
 */
export async function openVerifiedLog(options: {
  folder: string
  witnessFile: string
  onProgress: (done: number) => void
}): Promise<OpenedLog> {
  const { folder, witnessFile, onProgress } = options
  const witness = await readWitness(witnessFile)
  const snapshot = await snapshotFolder(folder)
  if (witness !== undefined && !(await hasDatabase(folder))) {
    await snapshot.abandon()
    throw tailMissing(0, witness.position)
  }
  const db = await openDatabase(folder).catch(async (error) => {
    await (isLocked(error) ? snapshot.abandon() : snapshot.restore())
    throw error
  })
  try {
    await checkSchema(db)
    const openIds = new Set<string>()
    const tokens: Tokens = new Map()
    const onEvent = (event: LogEvent) => {
      applyTokenEvent(tokens, event)
      if (event.recordingId === null) return
      if (event.type === 'recording.starting') openIds.add(event.recordingId)
      else if (event.type === 'recording.startFailed' || event.type === 'recording.closed')
        openIds.delete(event.recordingId)
    }
    const head = await verifyLog(db, { witness, onEvent, onProgress })
    await snapshot.discard()
    if (head.position === 0)
      await wrapWriteErrors(db.put(SCHEMA_KEY, SCHEMA_VERSION, { sync: true }))
    const open = await openRecordings(db, head.position, openIds)
    const unacknowledged = await loadUnacknowledged(db, head.position)
    return { db, head, tokens, open, answers: await loadAnswerTimes(db), unacknowledged }
  } catch (error) {
    await db.close()
    await snapshot.restore()
    throw error
  }
}

/** Checks whether a synced write works. Rejects with STORAGE_UNAVAILABLE or STORAGE_FULL. */
export async function probeWrite(db: Database, now: number): Promise<void> {
  await wrapWriteErrors(db.put(PROBE_KEY, new Date(now).toISOString(), { sync: true }))
}

async function wrapWriteErrors(write: Promise<void>): Promise<void> {
  await write.catch((error: unknown) => {
    throw storageError('The log cannot be written', error)
  })
}

async function checkSchema(db: Database): Promise<void> {
  const schema = await wrapReadErrors(() => db.get(SCHEMA_KEY))
  if (schema === undefined || schema === SCHEMA_VERSION) return
  throw new RecorderError(
    'STORAGE_UNAVAILABLE',
    `The log has layout ${schema}; this recorder knows layout ${SCHEMA_VERSION}. Nothing was changed.`,
  )
}

/**
 * Reads the projections of the recordings that are not closed. Rebuilds all projections where they
 * cannot be used.
 */
async function openRecordings(db: Database, position: number, ids: ReadonlySet<string>) {
  const stored = (await areProjectionsCurrent(db, position)) ? await load(db, ids) : undefined
  if (stored !== undefined) return stored
  await rebuildProjections(db, position)
  const rebuilt = await load(db, ids)
  if (rebuilt === undefined)
    throw new RecorderError('INTERNAL', 'The projections do not agree with the log.')
  return rebuilt
}

async function load(
  db: Database,
  ids: ReadonlySet<string>,
): Promise<Map<string, RecordingProjection> | undefined> {
  const open = new Map<string, RecordingProjection>()
  try {
    for (const id of ids) {
      const projection = await readOpenProjection(db, id)
      if (projection === undefined) return undefined
      open.set(id, projection)
    }
  } catch (error) {
    // Invalid JSON can be rebuilt. A read error of LevelDB would only repeat.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  return open
}
