import { readFile, rm } from 'node:fs/promises'
import { BoundedMap } from '../../collections/bounded-map.ts'
import type { ConfirmedCheckpoint } from '../../contract/outsiders.ts'
import { readIfThere } from '../../disk/read-if-there.ts'
import { parseVkey } from '../../tlog/keys.ts'
import { openNote } from '../../tlog/note.ts'
import { TlogError } from '../../tlog/tlog-error.ts'
import { AnswersFolder } from './answers-folder.ts'
import type { CheckpointSource, CosignatureKeeper } from './port.ts'

const ENDING = '.txt'
/** A newer cosignature proves all that an older one does, with a consistency proof. */
const MOST_KEPT = 100
/** Checkpoints whose notes are remembered until a witness has answered. */
const MOST_REMEMBERED = 64

/** A folder of checkpoints with the cosignatures of witnesses: `<size>.txt`, each a whole note. */
export class CosignatureFolder implements CosignatureKeeper {
  readonly #folder: AnswersFolder
  readonly #notes = new BoundedMap<number, string>(MOST_REMEMBERED)
  #last: Promise<unknown> = Promise.resolve()

  constructor(folder: string) {
    this.#folder = new AnswersFolder(folder)
  }

  /** Returns the source, whose checkpoints are remembered for what witnesses answer. */
  remembering(source: CheckpointSource): CheckpointSource {
    return {
      consistency: (from, to) => source.consistency(from, to),
      checkpoint: async () => {
        const checkpoint = await source.checkpoint()
        if (checkpoint) this.#notes.set(checkpoint.size, checkpoint.note)
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

  /** The sizes of the checkpoints that are kept, the largest first. */
  sizes(): Promise<number[]> {
    return this.#folder.sizes(ENDING)
  }

  /** Reads the note of a size; undefined when it is not kept. */
  async read(size: number): Promise<string | undefined> {
    return (await this.bytes(size))?.toString('utf8')
  }

  /** Reads the stored bytes of a size; undefined when it is not kept. */
  bytes(size: number): Promise<Buffer | undefined> {
    return readIfThere(this.#pathOf(size))
  }

  async newest(vkey: string): Promise<ConfirmedCheckpoint | null> {
    const key = parseVkey(vkey)
    for (const size of await this.sizes()) {
      const note = await readFile(this.#pathOf(size), 'utf8')
      const seconds = secondsIn(note, key)
      if (seconds !== undefined) return { size, at: new Date(seconds * 1000).toISOString() }
    }
    return null
  }

  async #keep(size: number, cosignatureLine: string): Promise<void> {
    const note = (await this.read(size)) ?? this.#notes.get(size)
    if (note === undefined) throw new Error(`The checkpoint of size ${size} is not known any more.`)
    if (note.includes(cosignatureLine)) return
    await this.#folder.write({ [`${size}${ENDING}`]: note + cosignatureLine })
    for (const old of (await this.sizes()).slice(MOST_KEPT)) await rm(this.#pathOf(old))
  }

  #pathOf(size: number): string {
    return this.#folder.pathOf(`${size}${ENDING}`)
  }
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
