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
import { type FolderSnapshot, snapshotFolder } from './folder-snapshot.ts'
import { PROBE_KEY, SCHEMA_KEY } from './keys.ts'
import type { RecordingProjection } from './projection/recording.ts'
import { rebuildProjections } from './rebuild-projections.ts'
import { areProjectionsCurrent, readOpenProjection } from './stored-projections.ts'
import { applyTokenEvent, type Tokens } from './tokens.ts'
import { tailMissing, verifyLog } from './verify.ts'
import { createWitness, type Head } from './witness.ts'
import { type LostWitness, WitnessCheck, type WitnessCheckOptions } from './witness-check.ts'

/** The version of the layout in keys.ts and record.ts. */
const SCHEMA_VERSION = '1'

/** A verified log with its state in memory. */
export interface OpenedLog {
  db: Database
  head: Head
  /** Time of the last event (RFC 3339); null when there is none. */
  lastEventAt: string | null
  /** Set when the witness was lost and a person has accepted that. */
  lostWitness: LostWitness | undefined
  /** Recordings that are not closed, oldest first. */
  open: Map<string, RecordingProjection>
  tokens: Tokens
  answers: AnswerTimes
  unacknowledged: Unacknowledged
}

/** How to open a log. */
export interface OpenOptions extends WitnessCheckOptions {
  folder: string
  onProgress: (done: number) => void
}

/**
 * Opens a log and verifies order, chain and witness before using it. Rebuilds projections that are
 * out of date. Rejects with STORAGE_UNAVAILABLE (among them {@link WitnessLostError}) or
 * STORAGE_FULL; then the database is closed, and the files of a damaged log are unchanged.
 */
export async function openVerifiedLog(options: OpenOptions): Promise<OpenedLog> {
  const { folder } = options
  const witness = await WitnessCheck.begin(options)
  const snapshot = await snapshotFolder(folder)
  if (!(await hasDatabase(folder))) {
    try {
      if (witness.head !== undefined && witness.head.position > 0)
        throw tailMissing(0, witness.head.position)
      await witness.isLost(0)
    } catch (error) {
      await snapshot.abandon()
      throw error
    }
  }
  let db: Database | undefined
  try {
    db = await openDatabase(folder)
    await snapshot.sweep()
    return await verifyAndLoad(db, witness, snapshot, options)
  } catch (error) {
    await db?.close()
    if (isLocked(error)) await snapshot.abandon()
    else if (await snapshot.restore()) return openVerifiedLog(options)
    throw error
  }
}

async function verifyAndLoad(
  db: Database,
  witness: WitnessCheck,
  snapshot: FolderSnapshot,
  { witnessFile, onProgress }: OpenOptions,
): Promise<OpenedLog> {
  await checkSchema(db)
  const openIds = new Set<string>()
  const tokens: Tokens = new Map()
  let lastEventAt: string | null = null
  const onEvent = (event: LogEvent) => {
    lastEventAt = event.at
    witness.observe(event)
    applyTokenEvent(tokens, event)
    if (event.recordingId === null) return
    if (event.type === 'recording.starting') openIds.add(event.recordingId)
    else if (event.type === 'recording.startFailed' || event.type === 'recording.closed')
      openIds.delete(event.recordingId)
  }
  const head = await verifyLog(db, { witness: witness.head, onEvent, onProgress })
  const isLost = await witness.isLost(head.position)
  await snapshot.discard()
  // With a lost witness, the event that says so comes first: until it is durable, every opening
  // asks for a confirmation.
  if (!isLost && !witness.hasFile) await createWitness(witnessFile, head)
  if (head.position === 0) await wrapWriteErrors(db.put(SCHEMA_KEY, SCHEMA_VERSION, { sync: true }))
  const open = await openRecordings(db, head.position, openIds)
  const lostWitness = isLost ? await witness.describe(head) : undefined
  const answers = await loadAnswerTimes(db)
  const unacknowledged = await loadUnacknowledged(db, head.position)
  return { db, head, lastEventAt, lostWitness, tokens, open, answers, unacknowledged }
}

/** Checks whether a synced write works. Rejects with STORAGE_UNAVAILABLE or STORAGE_FULL. */
export async function probeWrite(db: Database): Promise<void> {
  await wrapWriteErrors(db.put(PROBE_KEY, new Date().toISOString(), { sync: true }))
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
