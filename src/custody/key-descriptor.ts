import { KEY_PLACES, type KeyPlace } from '../contract/custody.ts'
import { readIfThere } from '../disk/read-if-there.ts'
import { writePrivateFile } from '../disk/write-private-file.ts'
import { keyUnavailable } from './key-unavailable.ts'

/** Names a master key and the place where its secret is kept. */
export interface MasterKeyName {
  id: string
  place: KeyPlace
  /** RFC 3339. */
  createdAt: string
}

/**
 * Describes the master key of a home. The file that holds it lies outside of the folder of the
 * keys, so that a home that has lost this folder is not taken for a new one. It holds no secret.
 */
export interface KeyDescriptor {
  version: 1
  masterKey: MasterKeyName
  /** The key that a rotation is replacing. */
  retiring: MasterKeyName | null
  /** Why the key is in a file although the key store of the system was wanted. */
  fileReason: string | null
  /** The keys of recordings destroyed since the master key was made. */
  destroyed: number
}

/** Returns the descriptor of a new master key. */
export function describeKey(masterKey: MasterKeyName, fileReason: string | null): KeyDescriptor {
  return {
    version: 1,
    masterKey,
    retiring: null,
    fileReason,
    destroyed: 0,
  }
}

/** Reads a descriptor; undefined when there is none. Rejects with KEY_UNAVAILABLE. */
export async function readDescriptor(path: string): Promise<KeyDescriptor | undefined> {
  let value: unknown
  try {
    const file = await readIfThere(path)
    if (file === undefined) return undefined
    value = JSON.parse(file.toString())
  } catch (error) {
    throw keyUnavailable(
      'The description of the master key (master-key.json) cannot be read.',
      error,
    )
  }
  if (isDescriptor(value)) return value
  throw keyUnavailable('The description of the master key (master-key.json) is damaged.')
}

/** Writes a descriptor. Resolves when it is on disk. */
export async function writeDescriptor(path: string, descriptor: KeyDescriptor): Promise<void> {
  await writePrivateFile(path, `${JSON.stringify(descriptor, null, 2)}\n`)
}

function isDescriptor(value: unknown): value is KeyDescriptor {
  const { version, masterKey, retiring } = (value ?? {}) as Partial<KeyDescriptor>
  return version === 1 && isName(masterKey) && (retiring === null || isName(retiring))
}

/** An id becomes part of a path. */
function isName(value: unknown): value is MasterKeyName {
  const { id, place } = (value ?? {}) as Partial<MasterKeyName>
  return /^[0-9a-f]{16}$/.test(String(id)) && KEY_PLACES.includes(place as KeyPlace)
}
