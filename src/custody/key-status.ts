import type { KeyRotationView, KeyStatus } from '../contract/custody.ts'
import type { RecorderError } from '../contract/errors.ts'
import { listFolder } from '../disk/list-folder.ts'
import { within } from '../time/within.ts'
import { countEscrowed } from './escrow.ts'
import { lastBackup } from './key-backup.ts'
import type { KeyDescriptor } from './key-descriptor.ts'
import { toKeyUnavailable } from './key-unavailable.ts'
import { MasterKeys, type MasterKeysOptions } from './master-keys.ts'
import { WrappedKeys } from './wrapped-keys.ts'

/** A person may be asked for the password of the key store. */
const ANSWER_LIMIT_MS = 60_000

/** The folders of a home that its keys and recordings are in. */
export interface KeyFolders {
  folder: string
  recordingsFolder: string
}

/** The parts of a status that are known without looking at the files. */
export interface KnownKeyState {
  descriptor: KeyDescriptor | undefined
  problem: RecorderError | undefined
  rotation: KeyRotationView | null
}

/** Describes the keys of a home. Rejects with errors of the file system. */
export async function describeKeys(
  { folder, recordingsFolder }: KeyFolders,
  { descriptor, problem, rotation }: KnownKeyState,
): Promise<KeyStatus> {
  const recordings = await new WrappedKeys(folder).recordings()
  const withFiles = new Set(await listFolder(recordingsFolder))
  const { masterKey = null, fileReason = null, destroyed = 0 } = descriptor ?? {}
  return {
    problem: problem?.message ?? null,
    masterKey,
    fileReason,
    rotation,
    recordings: recordings.length,
    withoutFiles: recordings.filter((id) => !withFiles.has(id)).length,
    escrowed: await countEscrowed(folder),
    destroyed,
    backedUpAt: masterKey ? await lastBackup(folder, masterKey.id) : null,
  }
}

/**
 * Describes the keys of a home without a daemon. Tries whether the master key can be used, and
 * creates nothing. Rejects with errors of the file system.
 */
export async function readKeyStatus(options: MasterKeysOptions & KeyFolders): Promise<KeyStatus> {
  const masters = new MasterKeys(options)
  let problem: RecorderError | undefined
  try {
    const descriptor = await masters.describe()
    if (descriptor && !(await within(masters.load(descriptor), ANSWER_LIMIT_MS)))
      problem = toKeyUnavailable(undefined, 'The key store of the system does not answer.')
  } catch (error) {
    problem = toKeyUnavailable(error, 'The master key cannot be read.')
  } finally {
    masters.close()
  }
  const { descriptor } = masters
  const from = descriptor?.retiring?.id
  const rotation = from === undefined ? null : { from, done: 0, total: 0, problem: null }
  return describeKeys(options, { descriptor, problem, rotation })
}
