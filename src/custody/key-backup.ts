import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decryptWithPassphrase, encryptForPassphrase } from '../age/passphrase.ts'
import { SealedFileError } from '../age/sealed-file-error.ts'
import { RecorderError } from '../contract/errors.ts'
import { writePrivateFile } from '../disk/write-private-file.ts'
import { keyUnavailable } from './key-unavailable.ts'
import { type MasterKey, masterKeyOf } from './master-key.ts'
import { MasterKeys, type MasterKeysOptions } from './master-keys.ts'
import { WrappedKeys } from './wrapped-keys.ts'

const LAST_BACKUP_FILE = 'last-backup.json'
const EXPLANATION = 'The master key of a face-to-face recorder. Restore it: f2f key restore FILE'

/** A master key as it lies in a backup. */
interface BackupContent {
  explanation: string
  version: 1
  id: string
  createdAt: string
  /** Base64url. */
  secret: string
}

/**
 * Returns the master key of a home as a file of age for a passphrase: `age -d` opens it, too. A
 * higher `workFactor` makes guessing slower. Rejects with KEY_UNAVAILABLE.
 */
export async function backUpMasterKey(
  options: MasterKeysOptions,
  passphrase: string,
  workFactor?: number,
): Promise<{ id: string; file: Buffer }> {
  const masters = new MasterKeys(options)
  try {
    const descriptor = await masters.describe()
    if (descriptor === undefined)
      throw keyUnavailable('The home has no master key yet. The first start makes one.')
    if (descriptor.retiring)
      throw keyUnavailable('The master key is being replaced. Make the backup when that is done.')
    const { current } = await masters.load(descriptor)
    const content: BackupContent = {
      explanation: EXPLANATION,
      version: 1,
      id: current.id,
      createdAt: descriptor.masterKey.createdAt,
      secret: current.secret.toString('base64url'),
    }
    const text = Buffer.from(`${JSON.stringify(content, null, 2)}\n`)
    return { id: current.id, file: await encryptForPassphrase(text, passphrase, workFactor) }
  } finally {
    masters.close()
  }
}

/** Notes that a master key has been written to a backup. */
export async function noteBackup(folder: string, masterKey: string): Promise<void> {
  const note = { masterKey, at: new Date().toISOString() }
  await writePrivateFile(join(folder, LAST_BACKUP_FILE), `${JSON.stringify(note)}\n`)
}

/** Returns when this master key was last written to a backup (RFC 3339); null when never. */
export async function lastBackup(folder: string, masterKey: string): Promise<string | null> {
  try {
    const note = JSON.parse(await readFile(join(folder, LAST_BACKUP_FILE), 'utf8'))
    return note.masterKey === masterKey && typeof note.at === 'string' ? note.at : null
  } catch {
    return null
  }
}

/**
 * Keeps the master key of a backup where the home looks for it. Rejects with KEY_UNAVAILABLE when
 * the passphrase is wrong, or when the keys of the home were not sealed with it; nothing is changed
 * then.
 */
export async function restoreMasterKey(
  options: MasterKeysOptions,
  file: Buffer,
  passphrase: string,
): Promise<{ id: string; place: 'system' | 'file' }> {
  const { key, createdAt } = await openBackup(file, passphrase)
  const owner = new WrappedKeys(options.folder)
  if (owner.masterKeyOf('home') === undefined)
    throw keyUnavailable('The home has no keys that it could open. Restore its folder keys first.')
  // It throws when the key is not the right one.
  owner.read('home', new Map([[key.id, key]]))
  const masters = new MasterKeys(options)
  try {
    return await masters.restore(key, createdAt)
  } finally {
    masters.close()
  }
}

async function openBackup(
  file: Buffer,
  passphrase: string,
): Promise<{ key: MasterKey; createdAt: string }> {
  const text = await decryptWithPassphrase(file, passphrase).catch((error) => {
    if (!(error instanceof SealedFileError)) throw error
    throw invalid('The file is no backup of a master key, or it is damaged.', error)
  })
  if (text === undefined) throw invalid('The passphrase is wrong.')
  const { version, id, createdAt, secret } = JSON.parse(text.toString()) as BackupContent
  const key = masterKeyOf(Buffer.from(secret, 'base64url'))
  if (version === 1 && key.id === id) return { key, createdAt }
  throw invalid('The file is no backup of a master key that this version knows.')
}

function invalid(detail: string, cause?: unknown): RecorderError {
  return new RecorderError('INVALID_REQUEST', detail, cause === undefined ? {} : { cause })
}
