import { readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'

/** Moves the file of a home's master key away. Resolves with the function that brings it back. */
export async function loseMasterKey(home: string): Promise<() => Promise<void>> {
  const keys = join(home, 'keys')
  const name = (await readdir(keys)).find((one) => /^master-\w+\.key$/.test(one))
  if (name === undefined) throw new Error('the home has no file of a master key')
  const away = join(home, `lost-${name}`)
  await rename(join(keys, name), away)
  return () => rename(away, join(keys, name))
}
