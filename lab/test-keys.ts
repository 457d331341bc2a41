import { createHash } from 'node:crypto'
import { identityOf } from '../src/age/identity.ts'
import type { KeyRing } from '../src/custody/port.ts'
import { homeKeys, recordingKeys } from '../src/custody/recording-keys.ts'

const secretOf = (name: string): Buffer => createHash('sha256').update(name).digest()

/**
 * Keys that are the same in every process: those of a recording are made from its id. For logs of
 * tests and of the bench, which have no home.
 */
export function createTestKeys(): KeyRing {
  const destroyed = new Set<string>()
  const home = homeKeys(secretOf('home'))
  const made = new Map<string, ReturnType<typeof recordingKeys>>()
  const keysOf = (id: string) => {
    if (destroyed.has(id)) return undefined
    let keys = made.get(id)
    if (keys === undefined) {
      keys = recordingKeys(identityOf(secretOf(id)))
      made.set(id, keys)
    }
    return keys
  }
  return {
    problem: undefined,
    home: () => home,
    async create(id) {
      destroyed.delete(id)
      return keysOf(id)!
    },
    keysOf,
    async destroy(id) {
      destroyed.add(id)
    },
    async reload() {},
  }
}

/** Keys for logs whose recordings nobody erases. */
export const TEST_KEYS: KeyRing = createTestKeys()
