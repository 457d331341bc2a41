import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { listFolder } from '../../disk/list-folder.ts'
import { syncFolder } from '../../disk/sync-folder.ts'
import { writePrivateFile } from '../../disk/write-private-file.ts'

/** A folder of files that are named after the sizes of checkpoints. */
export class AnswersFolder {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Returns the path of a file in it. */
  pathOf(name: string): string {
    return join(this.#folder, name)
  }

  /** The sizes for which there is a file with this ending, the largest first. */
  async sizes(ending: string): Promise<number[]> {
    return (await listFolder(this.#folder).catch(whenNoFolder))
      .filter((name) => name.endsWith(ending))
      .map((name) => name.slice(0, -ending.length))
      .filter((size) => /^[1-9][0-9]*$/.test(size))
      .map(Number)
      .sort((a, b) => b - a)
  }

  /** Writes files, each at once and in their order here. Resolves when all are on disk. */
  async write(files: Readonly<Record<string, string | Buffer>>): Promise<void> {
    const isNew = await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    if (isNew !== undefined) await syncFolder(dirname(this.#folder))
    for (const [name, content] of Object.entries(files))
      await writePrivateFile(this.pathOf(name), content, { name: 'later' })
    await syncFolder(this.#folder)
  }
}

/** Something else in the place of the folder holds no answers. */
function whenNoFolder(error: NodeJS.ErrnoException): never[] {
  if (error.code === 'ENOTDIR') return []
  throw error
}
