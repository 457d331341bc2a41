import { mkdir, mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HomeKeyRing, type HomeKeyRingOptions } from '../../../src/custody/home-key-ring.ts'
import { keyUnavailable } from '../../../src/custody/key-unavailable.ts'
import type { SecretStore } from '../../../src/custody/secret-store.ts'

/** A key store of the system in memory, which can be locked, break or be slow. */
export class FakeSystemStore implements SecretStore {
  readonly place = 'system'
  readonly secrets = new Map<string, Buffer>()
  /** Why it does not work. */
  fault: string | undefined
  /** Called before each act. */
  before: (act: 'load' | 'save' | 'destroy') => Promise<void> = async () => {}

  async load(id: string): Promise<Buffer | undefined> {
    await this.#work('load')
    return this.secrets.get(id)
  }

  async save(id: string, secret: Buffer): Promise<void> {
    await this.#work('save')
    this.secrets.set(id, secret)
  }

  async destroy(id: string): Promise<void> {
    await this.#work('destroy')
    this.secrets.delete(id)
  }

  close(): void {}

  async #work(act: 'load' | 'save' | 'destroy'): Promise<void> {
    await this.before(act)
    if (this.fault !== undefined) throw keyUnavailable(this.fault)
  }
}

/** The paths of a home with keys, in a new folder. */
export async function keyHome() {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-keys-'))
  const home = {
    folder: join(folder, 'keys'),
    descriptorFile: join(folder, 'master-key.json'),
    recordingsFolder: join(folder, 'recordings'),
  }
  await mkdir(home.folder)
  await mkdir(home.recordingsFolder)
  const open = (more: Partial<HomeKeyRingOptions> = {}): Promise<HomeKeyRing> =>
    HomeKeyRing.open({ ...home, wanted: 'file', ...more })
  /** The name of the file of the master key. */
  const masterFile = async (): Promise<string> =>
    join(home.folder, (await readdir(home.folder)).find((name) => /^master-.*\.key$/.test(name))!)
  return { ...home, open, masterFile }
}
