import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ConfirmedCheckpoint } from '../../contract/outsiders.ts'
import { syncFolder } from '../../disk/sync-folder.ts'
import { writeSynced } from '../../disk/write-synced.ts'
import { parseVkey } from '../../tlog/keys.ts'
import { openNote } from '../../tlog/note.ts'
import { TlogError } from '../../tlog/tlog-error.ts'
import type { CheckpointSource, CosignatureKeeper, SignedCheckpoint } from './port.ts'

const NAME = /^([1-9][0-9]*)\.txt$/
/** A newer cosignature proves all that an older one does, with a consistency proof. */
const MOST_KEPT = 100
/** Checkpoints whose notes are remembered until a witness has answered. */
const MOST_REMEMBERED = 64

/** A folder of checkpoints with the cosignatures of witnesses: `<size>.txt`, each a whole note. */
export class CosignatureFolder implements CosignatureKeeper {
  readonly #folder: string
  readonly #notes = new Map<number, string>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Returns the source, whose checkpoints are remembered for what witnesses answer. */
  remembering(source: CheckpointSource): CheckpointSource {
    return {
      consistency: source.consistency,
      checkpoint: async () => {
        const checkpoint = await source.checkpoint()
        if (checkpoint) this.#remember(checkpoint)
        return checkpoint
      },
    }
  }

  keep(size: number, cosignatureLine: string): Promise<void> {
    // Two witnesses may answer at once, and share a file.
    const kept = this.#last.then(() => this.#keep(size, cosignatureLine))
    this.#last = kept.catch(() => {})
    return kept
  }

  async newest(vkey: string): Promise<ConfirmedCheckpoint | null> {
    const key = parseVkey(vkey)
    for (const size of await this.#sizes()) {
      const note = await readFile(this.#pathOf(size), 'utf8')
      const seconds = secondsIn(note, key)
      if (seconds !== undefined) return { size, at: new Date(seconds * 1000).toISOString() }
    }
    return null
  }

  #remember({ size, note }: SignedCheckpoint): void {
    this.#notes.set(size, note)
    for (const old of this.#notes.keys()) {
      if (this.#notes.size <= MOST_REMEMBERED) break
      this.#notes.delete(old)
    }
  }

  async #keep(size: number, cosignatureLine: string): Promise<void> {
    const isNew = await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    if (isNew !== undefined) await syncFolder(dirname(this.#folder))
    const path = this.#pathOf(size)
    const note = (await readIfThere(path)) ?? this.#notes.get(size)
    if (note === undefined) throw new Error(`The checkpoint of size ${size} is not known any more.`)
    if (note.includes(cosignatureLine)) return
    await writeSynced(`${path}.next`, note + cosignatureLine, 'w')
    await rename(`${path}.next`, path)
    await syncFolder(this.#folder)
    for (const old of (await this.#sizes()).slice(MOST_KEPT)) await rm(this.#pathOf(old))
  }

  /** The sizes of all kept checkpoints, the largest first. */
  async #sizes(): Promise<number[]> {
    const names = await readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    })
    return names
      .flatMap((name) => NAME.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => b - a)
  }

  #pathOf(size: number): string {
    return join(this.#folder, `${size}.txt`)
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

/** When a witness has cosigned a note, in seconds; undefined when it has not. */
function secondsIn(note: string, key: ReturnType<typeof parseVkey>): number | undefined {
  try {
    return openNote(note, [key]).verified[0]?.seconds
  } catch (error) {
    if (error instanceof TlogError) return undefined
    throw error
  }
}
