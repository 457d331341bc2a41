import { HomeKeyRing } from '../src/custody/home-key-ring.ts'
import { keyOptions } from '../src/custody/key-options.ts'
import { prepareHome, resolveHome } from '../src/home/home.ts'

/**
 * Opens the keys of a home, with the master key in a file; for those who write a log of their own
 * before a daemon uses it. A recording without keys of its own is sealed for the home.
 */
export async function openHomeKeys(folder: string): Promise<HomeKeyRing> {
  const home = resolveHome(folder)
  await prepareHome(home)
  return HomeKeyRing.open(keyOptions(home, { store: 'file' }))
}
