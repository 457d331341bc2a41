import { RecorderError } from '../../contract/errors.ts'
import type { TreeHead } from '../../tlog/verify-proofs.ts'
import {
  type Database,
  hasDatabase,
  isLocked,
  openDatabase,
  wrapReadErrors,
} from '../database/database.ts'
import { snapshotFolder } from '../database/folder-snapshot.ts'
import { eventKey, SCHEMA_KEY } from '../database/keys.ts'
import type { OpenedLog } from '../opened-log.ts'
import { type Head, hashRecord } from '../records/record.ts'
import { verifyLog } from '../records/verify.ts'
import { applyToState } from '../state/log-state.ts'
import { StateFile, unusable } from '../state/state-file.ts'
import { fromStoredState, type StoredState } from '../state/stored-state.ts'
import { openUnverifiedTree } from '../tree/open-tree.ts'
import { ProjectionCheck } from '../views/projection-check.ts'
import { areProjectionsCurrent } from '../views/stored-projections.ts'
import { DamagedWitness, readWitness } from '../witness/witness.ts'
import { loadOpened, type OpenOptions, SCHEMA_VERSION } from './open-verified-log.ts'

/**
 * Events at the end of the stored state that are verified at once all the same: more than LevelDB
 * keeps in the files that it rewrites when it is opened.
 */
export const VERIFIED_AT_ONCE = 20_000

/** How to open a log from its stored state. */
export interface OpenFromStateOptions extends OpenOptions {
  /** How many of the last events before the state are verified at once. */
  verifiedAtOnce: number
  onProblem: (problem: Error) => void
}

/** The state that an opening believes until it is verified in the background. */
export interface BelievedState {
  stored: StoredState
  /** The newest size and root of the tree that were signed. */
  signed: TreeHead | undefined
}

/** A log whose beginning is not verified yet, and the state from which it was opened. */
export interface UnverifiedLog extends BelievedState {
  log: OpenedLog
}

/**
 * Opens a log from its stored state. Verifies what follows the state, the events just before it,
 * and all of the recordings that are open, as `openVerifiedLog` does. Resolves with undefined, and
 * has changed nothing, when there is no state that can be used, or when anything does not fit: then
 * `openVerifiedLog` decides. Rejects when another process has the database open.
 */
export async function openFromState(
  options: OpenFromStateOptions,
): Promise<UnverifiedLog | undefined> {
  const { folder, verifiedAtOnce, onProblem } = options
  const file = new StateFile(folder)
  const stored = await file.read(onProblem)
  // The whole of a short log is verified at once.
  if (stored === undefined || stored.head.position <= verifiedAtOnce) return undefined
  const witness = await readWitness(options.witnessFile).catch(() => undefined)
  if (witness === undefined || witness instanceof DamagedWitness) return undefined
  if (witness.position === 0 || !(await hasDatabase(folder))) return undefined
  const snapshot = await snapshotFolder(folder)
  if (!snapshot.isOwn) return undefined
  let db: Database | undefined
  try {
    db = await openDatabase(folder)
    await snapshot.sweep()
    await options.onLocked?.()
    const loaded = await loadFromState(db, stored, witness, options)
    await file.believe()
    await snapshot.keep()
    return { ...loaded, stored }
  } catch (error) {
    await db?.close()
    if (isLocked(error)) {
      await snapshot.abandon()
      throw error
    }
    await snapshot.restore()
    await file.drop()
    onProblem(error instanceof RecorderError ? error : unusable('something failed', error))
    return undefined
  }
}

async function loadFromState(
  db: Database,
  stored: StoredState,
  witness: Head,
  { seals, verifiedAtOnce, onProgress }: OpenFromStateOptions,
): Promise<Pick<UnverifiedLog, 'log' | 'signed'>> {
  await assertFits(db, stored)
  const { position: at } = stored.head
  const state = fromStoredState(stored)
  const projections = new ProjectionCheck(db)
  const wasOpen = new Set(state.begun.keys())
  const head = await verifyLog(db, {
    witness,
    from: Math.max(1, Math.min(at - verifiedAtOnce, ...state.begun.values())),
    async onEvents(events) {
      for (const event of events) if (event.position > at) applyToState(state, event)
      await projections.observe(
        events.filter(
          ({ position, recordingId }) => position > at || wasOpen.has(recordingId ?? ''),
        ),
      )
    },
    onProgress: (done, total) => onProgress({ task: 'verifying', done, total }),
  })
  const open = projections.openRecordings()
  if ([...open.keys()].join() !== [...state.begun.keys()].join())
    throw unusable('other recordings are open than it says')
  if (!(await areProjectionsCurrent(db, head.position)))
    throw unusable('the views are those of another position or version')
  const differing = await projections.compareOpen()
  if (differing.length > 0) throw unusable('the views of open recordings are not what the log says')
  const trees = { size: head.position, keys: state.signingKeys }
  const root = Buffer.from(stored.root, 'hex')
  const opened = await openUnverifiedTree(db, trees, { size: at, root })
  if (opened === undefined)
    throw unusable('the stored hashes of the tree are not those of its root')
  const { signed, ...tree } = opened
  const loaded = await loadOpened(db, seals, state, head)
  return {
    log: { ...loaded, ...tree, open, lostWitness: undefined, rebuiltViews: undefined },
    signed,
  }
}

/** Checks that a stored state is one of this log. */
async function assertFits(db: Database, { head }: StoredState): Promise<void> {
  const [schema, record] = await wrapReadErrors(() =>
    db.getMany([SCHEMA_KEY, eventKey(head.position)]),
  )
  if (schema !== SCHEMA_VERSION) throw unusable('the log has another layout')
  if (record === undefined || hashRecord(record) !== head.hash)
    throw unusable(`event ${head.position} is not the one after which it was stored`)
}
