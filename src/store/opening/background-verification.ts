import { RecorderError } from '../../contract/errors.ts'
import { BackgroundTurns } from '../../time/turns.ts'
import { Frontier } from '../../tlog/frontier.ts'
import { leafHash } from '../../tlog/hashes.ts'
import type { TreeHead } from '../../tlog/verify-proofs.ts'
import { AuditIndexCheck } from '../audit/audit-index.ts'
import type { Database, DatabaseSnapshot } from '../database/database.ts'
import { discardUnverified, unverifiedFiles } from '../database/folder-snapshot.ts'
import type { VerificationProgress } from '../port.ts'
import { DamagedLogError, damaged, verifyLog } from '../records/verify.ts'
import type { ValueSeals } from '../sealing/value-seals.ts'
import { applyToState, emptyState } from '../state/log-state.ts'
import { StateFile } from '../state/state-file.ts'
import { isSameState, type StoredState } from '../state/stored-state.ts'
import { findDamagedTables } from '../table/table-check.ts'
import { ProjectionCheck } from '../views/projection-check.ts'
import { LogFinding } from './log-finding.ts'

/** Events that are verified in one turn of the event loop. */
const CHUNK = 50

/** The log to verify, and the state from which it was opened. */
export interface BackgroundVerificationOptions {
  db: Database
  seals: Pick<ValueSeals, 'canOpen'>
  /** The folder of the log. */
  folder: string
  /** The position of the last event at the opening. Later events are none of its business. */
  position: number
  /** The state that the opening has believed. */
  stored: StoredState
  /** The newest size and root of the tree that were signed then. */
  signed: TreeHead | undefined
}

/**
 * Verifies a log that was opened from its stored state, while it is in use: its tables, the whole
 * chain from event 1, the stored state, and all views, as they were at the opening. Rests most of
 * the time.
 */
export class BackgroundVerification {
  /**
   * Resolves when all is verified; the stored state may then be believed again. Rejects with
   * {@link LogFinding} when anything differs; the stored state is then removed, so that the next
   * opening verifies at once. Rejects with NOT_READY when it was closed before its end.
   */
  readonly finished: Promise<void>
  readonly #options: BackgroundVerificationOptions
  readonly #snapshot: DatabaseSnapshot
  readonly #file: StateFile
  readonly #closing = new AbortController()
  readonly #turns = new BackgroundTurns(this.#closing.signal)
  #progress: VerificationProgress

  /** Begins. To be called before anything is written. */
  constructor(options: BackgroundVerificationOptions) {
    this.#options = options
    this.#snapshot = options.db.snapshot()
    this.#file = new StateFile(options.folder)
    this.#progress = { done: 0, total: options.position }
    this.finished = this.#run()
    // Whoever asks is told.
    this.finished.catch(() => {})
  }

  /** How many events are verified so far. */
  get progress(): VerificationProgress {
    return this.#progress
  }

  /** Ends it. Resolves when it does not use the database any more. Never rejects. */
  async close(): Promise<void> {
    this.#closing.abort(new RecorderError('NOT_READY', 'The verification of the log has ended.'))
    await this.finished.catch(() => {})
  }

  async #run(): Promise<void> {
    try {
      await this.#verify().finally(() => this.#snapshot.close())
      await discardUnverified(this.#options.folder)
    } catch (error) {
      if (error === this.#closing.signal.reason) {
        await this.#file.release()
        throw error
      }
      // Should this fail, the next opening does not believe it either: nothing has confirmed it.
      await this.#file.drop().catch(() => {})
      throw toFinding(error)
    }
    await this.#file.release()
  }

  async #verify(): Promise<void> {
    const { db, stored, signed, folder, seals } = this.#options
    const giveWay = (): Promise<void> => this.#turns.giveWay()
    const snapshot = this.#snapshot
    const tables = await findDamagedTables(unverifiedFiles(folder), giveWay)
    if (tables.length > 0)
      throw new LogFinding(`LevelDB’s tables are damaged: ${tables.join(', ')}.`, 'reopen')
    const state = emptyState()
    const tree = new Frontier()
    let isSame = false
    const projections = new ProjectionCheck(db, { snapshot, giveWay })
    const audit = new AuditIndexCheck(db)
    await verifyLog(db, {
      ...{ witness: stored.head, snapshot, chunk: CHUNK },
      onEvents: async (events, records) => {
        for (const [i, event] of events.entries()) {
          const { position } = event
          tree.append(leafHash(records[i] as string))
          applyToState(state, event)
          if (position === signed?.size && !tree.root().equals(signed.root))
            throw damaged(`its first ${position} events are not those that were signed`)
          if (position === stored.head.position) isSame = isSameState(stored, tree.root(), state)
        }
        await projections.observe(events)
        await audit.observe(events)
        await giveWay()
      },
      onProgress: (done, total) => {
        this.#progress = { done, total }
      },
    })
    if (!isSame) throw new LogFinding('The stored state was not what the log says.', 'reopen')
    const differing = await projections.compare((id) => seals.canOpen(id))
    const blocks = audit.differing
    if (differing.length > 0 || blocks > 0)
      throw new LogFinding(
        `Views are not what the log says: those of ${differing.length} recordings, and ${blocks} blocks of the auditor’s index.`,
        'reopen later',
      )
  }
}

function toFinding(error: unknown): LogFinding {
  if (error instanceof LogFinding) return error
  if (error instanceof DamagedLogError)
    return new LogFinding(
      `The log is damaged: ${error.what}. The verification in the background has found that. Recording has ended, and the log is not changed any more. Check the disk, and restore the log and its witness together from a backup.`,
      'restore',
      error,
    )
  const detail = error instanceof RecorderError ? error.message : 'The log cannot be read.'
  return new LogFinding(detail, 'reopen', error)
}
