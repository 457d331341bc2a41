import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HomeKeyRing } from '../src/custody/home-key-ring.ts'
import { keyFileText } from '../src/custody/key-file.ts'
import { keyOptions } from '../src/custody/key-options.ts'
import { masterKeyOf } from '../src/custody/master-key.ts'
import { wrap } from '../src/custody/wrap.ts'
import { prepareHome, resolveHome } from '../src/home/home.ts'

/**
 * Opens the keys of a home, with the master key in a file; for those who write a log of their own
 * before a daemon uses it.
 */
export async function openHomeKeys(folder: string): Promise<HomeKeyRing> {
  const home = resolveHome(folder)
  await prepareHome(home)
  return HomeKeyRing.open(keyOptions(home, { store: 'file' }))
}

/**
 * Creates the keys of many recordings in a home whose keys are open, without forcing them to disk,
 * which would take a second for each hundred.
 */
export function writeRecordingKeys(folder: string, ids: readonly string[]): void {
  const { keysFolder } = resolveHome(folder)
  const name = readdirSync(keysFolder).find((one) => /^master-\w+\.key$/.test(one)) as string
  const text = readFileSync(join(keysFolder, name), 'utf8').trim()
  const master = masterKeyOf(Buffer.from(text, 'base64url'))
  for (const id of ids) {
    const wrapped = wrap(master.secret, randomBytes(32), id)
    const path = join(keysFolder, `${id}.key.json`)
    writeFileSync(path, keyFileText(master.id, wrapped), { mode: 0o600 })
  }
}
