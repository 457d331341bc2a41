import type { TagEntry } from '../../contract/views.ts'
import { loadUnacknowledged } from '../answers/acknowledgement.ts'
import { loadAnswerTimes } from '../answers/answers.ts'
import { sealFormerAnswers } from '../answers/seal-former-answers.ts'
import { AuditIndex, AuditIndexCheck } from '../audit/audit-index.ts'
import {
  type Database,
  hasDatabase,
  isLocked,
  openDatabase,
  storageError,
  wrapReadErrors,
} from '../database/database.ts'
import { type FolderSnapshot, snapshotFolder } from '../database/folder-snapshot.ts'
import { PROBE_KEY, SCHEMA_KEY } from '../database/keys.ts'
import type { OpenedLog } from '../opened-log.ts'
import type { Head } from '../records/record.ts'
import { damaged, tailMissing, verifyLog } from '../records/verify.ts'
import type { ValueSeals } from '../sealing/value-seals.ts'
import { SearchWords } from '../search/search-words.ts'
import { applyToState, emptyState, type LogState } from '../state/log-state.ts'
import { copyDatabase } from '../table/copy-database.ts'
import { findDamagedTables } from '../table/table-check.ts'
import { type OpenedTree, openTree } from '../tree/open-tree.ts'
import { SignedRoot } from '../tree/signed-root.ts'
import { ProjectionCheck } from '../views/projection-check.ts'
import { rebuildProjections } from '../views/rebuild-projections.ts'
import { areProjectionsCurrent } from '../views/stored-projections.ts'
import { createWitness } from '../witness/witness.ts'
import { WitnessCheck, type WitnessCheckOptions } from '../witness/witness-check.ts'
import { UnknownLayoutError } from './unknown-layout-error.ts'

/** The version of the layout in keys.ts and record.ts. That of 0.1 is 1, without sealed values. */
export const SCHEMA_VERSION = '2'
const UNSEALED_VERSION = '1'

/** How many recordings the event about rebuilt views names. */
const MOST_NAMED = 100

/** How far the opening of a log has come. `done` and `total` count events. */
export interface OpeningProgress {
  task: 'verifying' | 'rebuilding'
  done: number
  total: number
}

/** How to open a log. */
export interface OpenOptions extends WitnessCheckOptions {
  folder: string
  seals: ValueSeals
  /** Called with background errors that do not harm the log. */
  onProblem: (problem: Error) => void
  /** Called about once per thousand events. */
  onProgress: (progress: OpeningProgress) => void
  /**
   * Called when the database is open, so that no other process uses it, and before it is verified.
   */
  onLocked?: (() => Promise<void>) | undefined
}

/**
 * Opens a log and verifies order, chain and witness before using it. Folds it, compares the stored
 * projections with that, and rebuilds them when they are out of date or differ. Rejects with
 * STORAGE_UNAVAILABLE (among them {@link WitnessLostError}) or STORAGE_FULL; then the database is
 * closed, and the files of a damaged log are unchanged.
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
    const damagedTables = await replaceDamagedTables(folder)
    db = await openDatabase(folder)
    await snapshot.sweep()
    await options.onLocked?.()
    return await verifyAndLoad(db, witness, snapshot, options, damagedTables)
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
  { witnessFile, seals, onProgress, onProblem }: OpenOptions,
  damagedTables: string[],
): Promise<OpenedLog> {
  const isUnsealed = await checkSchema(db)
  const state = emptyState()
  const projections = new ProjectionCheck(db)
  const auditCheck = new AuditIndexCheck(db)
  const signedRoot = await SignedRoot.begin(db)
  const head = await verifyLog(db, {
    witness: witness.head,
    async onEvents(events, records) {
      signedRoot.observe(records)
      for (const event of events) {
        witness.observe(event)
        applyToState(state, event)
      }
      await projections.observe(events)
      await auditCheck.observe(events)
    },
    onProgress: (done, total) => onProgress({ task: 'verifying', done, total }),
  })
  const isLost = await witness.isLost(head.position)
  await snapshot.discard()
  // With a lost witness, the event that says so comes first: until it is durable, every opening
  // asks for a confirmation.
  if (!isLost && !witness.hasFile) await createWitness(witnessFile, head)
  if (head.position === 0) await wrapWriteErrors(db.put(SCHEMA_KEY, SCHEMA_VERSION, { sync: true }))
  const tree = await openTree(db, {
    ...{ size: head.position, keys: state.signingKeys, root: signedRoot.root, onProblem },
    onProgress: (done) => onProgress({ task: 'rebuilding', done, total: head.position }),
  })
  const differing = await compareOrRebuild({ db, seals }, head.position, projections, onProgress)
  if (isUnsealed && seals.isAvailable) await sealFormerAnswers(db, seals, SCHEMA_VERSION)
  await auditCheck.removeWrong(head.position)
  return {
    ...(await loadOpened(db, seals, state, head)),
    open: projections.openRecordings(),
    lostWitness: isLost ? await witness.describe(head) : undefined,
    rebuiltViews: describeRebuilt(differing, damagedTables, auditCheck.differing),
    ...tree,
  }
}

/** Loads what an opened log keeps in memory besides its open recordings. */
export async function loadOpened(
  db: Database,
  seals: ValueSeals,
  state: LogState,
  head: Head,
): Promise<Omit<OpenedLog, 'open' | 'lostWitness' | 'rebuiltViews' | keyof OpenedTree>> {
  for (const id of state.erased) seals.forget(id)
  const answers = await loadAnswerTimes(db)
  const audit = await AuditIndex.open({ db, head })
  const unacknowledged = await loadUnacknowledged(db, head.position)
  const kept = { answers, unacknowledged, words: new SearchWords(), unnamed: new Set<string>() }
  return { ...state, db, seals, head, audit, ...kept }
}

/** Replaces a database whose tables are damaged. Resolves with their names. */
async function replaceDamagedTables(folder: string): Promise<string[]> {
  if (!(await hasDatabase(folder))) return []
  const tables = await wrapReadErrors(() => findDamagedTables(folder))
  if (tables.length > 0) await copyDatabase(folder, tables)
  return tables
}

function describeRebuilt(
  differing: readonly string[],
  damagedTables: string[],
  auditBlocks: number,
): OpenedLog['rebuiltViews'] {
  if (differing.length === 0 && damagedTables.length === 0 && auditBlocks === 0) return undefined
  const recordings = differing.slice(0, MOST_NAMED)
  const blocks = auditBlocks === 0 ? {} : { auditBlocks }
  return { count: differing.length, recordings, damagedTables, ...blocks }
}

/** Rebuilds the projections where they cannot be used. Resolves with those that differed. */
async function compareOrRebuild(
  { db, seals }: Pick<OpenedLog, 'db' | 'seals'>,
  position: number,
  projections: ProjectionCheck,
  onProgress: OpenOptions['onProgress'],
): Promise<string[]> {
  const isIndexed = (id: string) => seals.canOpen(id)
  const areCurrent = await areProjectionsCurrent(db, position)
  const differing = areCurrent ? await projections.compare(isIndexed) : []
  if (areCurrent && differing.length === 0) return []
  const nameTag = (id: string, tag: TagEntry) => seals.nameTag(id, tag)
  const isComplete = seals.isAvailable
  await rebuildProjections(db, position, { nameTag, isComplete }, (done) =>
    onProgress({ task: 'rebuilding', done, total: position }),
  )
  // A damaged entry of LevelDB can look newer than anything that is written in its place.
  // A tag that cannot be opened, because its key was replaced, stays without an entry.
  if ((await projections.compare(() => false)).length > 0)
    throw damaged('its views cannot be made again. The events themselves are all there')
  return differing
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

/** Resolves with whether the log has the layout of 0.1. */
async function checkSchema(db: Database): Promise<boolean> {
  const schema = await wrapReadErrors(() => db.get(SCHEMA_KEY))
  if (schema === UNSEALED_VERSION) return true
  if (schema === undefined || schema === SCHEMA_VERSION) return false
  throw new UnknownLayoutError(schema, SCHEMA_VERSION)
}
