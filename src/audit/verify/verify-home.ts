import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { RecorderError } from '../../contract/errors.ts'
import type { LogEvent } from '../../contract/events.ts'
import type { Verdict } from '../../contract/verification.ts'
import {
  type Database,
  hasDatabase,
  openDatabase,
  storageError,
  wrapReadErrors,
} from '../../store/database/database.ts'
import { linkFiles, snapshotOf } from '../../store/database/folder-snapshot.ts'
import { HEAD_KEY } from '../../store/database/keys.ts'
import { ProjectionCheck } from '../../store/views/projection-check.ts'
import { areProjectionsCurrent } from '../../store/views/stored-projections.ts'
import { recordingsOnDisk } from '../../store/witness/recordings-on-disk.ts'
import { readWitness } from '../../store/witness/witness.ts'
import { CosignatureFolder } from '../outsiders/cosignature-folder.ts'
import { TimestampFolder } from '../outsiders/timestamp-folder.ts'
import { readHead } from './check-head.ts'
import { type VerifyLogOptions, verifyLog } from './verify-log.ts'

/** The system's codes for a folder in which nothing can be written. */
const READ_ONLY = ['EROFS', 'EACCES', 'EPERM']

/** The paths of a home that are verified, absolute. */
export interface VerifiedHome {
  logFolder: string
  witnessFile: string
  recordingsFolder: string
  cosignaturesFolder: string
  timestampsFolder: string
}

/**
 * Verifies a home whose recorder does not run. Works on links to the files of its log, because
 * LevelDB rewrites a database when it opens it. Rejects with STORAGE_UNAVAILABLE when there is no
 * log, or it cannot be opened.
 */
export async function verifyHome(
  home: VerifiedHome,
  options: Omit<
    VerifyLogOptions,
    | 'db'
    | 'recordingsFolder'
    | 'witness'
    | 'hasDamagedWitness'
    | 'isStopped'
    | 'compareViews'
    | 'answers'
  >,
): Promise<Verdict> {
  const { logFolder, witnessFile, recordingsFolder } = home
  const answers = {
    cosigned: new CosignatureFolder(home.cosignaturesFolder),
    timestamps: new TimestampFolder(home.timestampsFolder),
  }
  if (!(await hasDatabase(logFolder)))
    throw new RecorderError('STORAGE_UNAVAILABLE', await whyNoLog(home))
  const witness = await readWitness(witnessFile)
  const { db, copy } = await openCopy(logFolder)
  try {
    return await verifyLog({
      ...options,
      ...{ db, recordingsFolder, answers, compareViews: await viewsOf(db) },
      witness: witness instanceof Error ? undefined : witness,
      hasDamagedWitness: witness instanceof Error,
      isStopped: true,
    })
  } finally {
    await db.close().finally(() => rm(copy, { recursive: true, force: true }))
  }
}

/** Describes why a home has no log, and what to do. */
async function whyNoLog({ logFolder, witnessFile, recordingsFolder }: VerifiedHome) {
  if (await hasDatabase(snapshotOf(logFolder)))
    return 'An opening of the log was interrupted. Start the recorder once: it goes on with that.'
  const traces = [
    ...((await readWitness(witnessFile)) === undefined ? [] : [basename(witnessFile)]),
    ...((await recordingsOnDisk(recordingsFolder)).length === 0 ? [] : ['recordings']),
  ]
  return traces.length === 0
    ? 'The home has no log. Nothing was recorded in it.'
    : `The home has no log, although there is ${traces.join(' and ')}. Restore log and log.witness together from a backup.`
}

/**
 * Links the files of a log beside it, and opens them; copies them to a folder of this user for
 * temporary files when nothing can be written there: a home on a disk that is full or read-only, or
 * of somebody else. Resolves with the database and its folder.
 */
async function openCopy(logFolder: string): Promise<{ db: Database; copy: string }> {
  try {
    return await openLinked(logFolder, `${logFolder}.verify.${process.pid}`)
  } catch (error) {
    if (!isUnwritable(error)) throw error
  }
  const elsewhere = await mkdtemp(join(tmpdir(), 'f2f-verify-'))
  return openLinked(logFolder, elsewhere).catch((error) => {
    throw error instanceof RecorderError ? error : storageError('The log cannot be copied', error)
  })
}

async function openLinked(logFolder: string, copy: string) {
  try {
    await linkFiles(logFolder, copy)
    // A recorder that starts meanwhile must find its own database unlocked.
    await rm(join(copy, 'LOCK'), { force: true })
    return { db: await openDatabase(copy), copy }
  } catch (error) {
    await rm(copy, { recursive: true, force: true }).catch(() => {})
    throw error
  }
}

function isUnwritable(error: unknown): boolean {
  const { code = '' } = error as { code?: string }
  if (READ_ONLY.includes(code) || code === 'STORAGE_FULL') return true
  return storageError('The log cannot be linked', error).code === 'STORAGE_FULL'
}

/**
 * Undefined while the next start makes the views again, because another version has made them, or
 * making them was interrupted. The names of tags in the index need the keys of the recordings; they
 * are not compared.
 */
async function viewsOf(db: Database): Promise<VerifyLogOptions['compareViews']> {
  const head = readHead(await wrapReadErrors(() => db.get(HEAD_KEY)))
  if (!(await areProjectionsCurrent(db, head?.position ?? 0))) return undefined
  const check = new ProjectionCheck(db)
  return {
    observe: (events: LogEvent[]) => check.observe(events),
    compare: () => check.compare(() => false),
  }
}
