/** Opens the sealed files of recordings, for tests, the demo and the bench. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { type Identity, identityOf } from '../src/age/identity.ts'
import { decryptAge } from '../src/age/sealer.ts'
import { masterKeyOf } from '../src/custody/master-key.ts'
import { WrappedKeys } from '../src/custody/wrapped-keys.ts'

const identities: Identity[] = []
let folder: string | undefined
let count = 0

/** Files of no home are opened with the identities that are remembered. */
export function rememberIdentity(identity: Identity): void {
  identities.push(identity)
}

/** Returns the identity of a recording in a home whose master key is in a file. */
export function identityIn(home: string, recordingId: string): Identity {
  const keys = join(home, 'keys')
  const masters = readdirSync(keys)
    .filter((name) => /^master-\w+\.key$/.test(name))
    .map((name) => Buffer.from(readFileSync(join(keys, name), 'utf8').trim(), 'base64url'))
    .map(masterKeyOf)
  const byId = new Map(masters.map((master) => [master.id, master]))
  const secret = new WrappedKeys(keys).read({ recordingId }, byId)
  if (secret === undefined) throw new Error(`${recordingId} has no key`)
  return identityOf(secret)
}

/** Reads a file of media, sealed or not. */
export function readMedia(path: string): Buffer {
  const bytes = readFileSync(path)
  if (!path.endsWith('.age')) return bytes
  const recording = dirname(path)
  const home = dirname(dirname(recording))
  if (existsSync(join(home, 'keys')))
    return decryptAge(bytes, identityIn(home, basename(recording)))
  for (const identity of identities) {
    try {
      return decryptAge(bytes, identity)
    } catch {
      // It may be another one's.
    }
  }
  throw new Error(`nobody knows the key of ${path}`)
}

/** Returns the path of an unsealed copy, which programs can read; of an unsealed file its own. */
export function unsealed(path: string): string {
  if (!path.endsWith('.age')) return path
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), 'f2f-unsealed-'))
    const created = folder
    process.once('exit', () => rmSync(created, { recursive: true, force: true }))
  }
  const copy = join(folder, `${++count}-${basename(path, '.age')}`)
  writeFileSync(copy, readMedia(path), { mode: 0o600 })
  return copy
}
