import { createHash } from 'node:crypto'
import type { ZipFile } from './zip.ts'

/** A file of a bundle as its manifest lists it. */
export interface ManifestEntry {
  name: string
  bytes: number
  /** Lower-case hex. */
  sha256: string
}

/** Hashes the files of a bundle while they are written. */
export class PackedFiles {
  /** The files that are written, in order. */
  readonly entries: ManifestEntry[] = []

  /**
   * Returns a file that is hashed as it is read. `onEnd` gets its hash when it has been read
   * completely.
   */
  hashed(file: ZipFile, onEnd: (entry: ManifestEntry) => void = () => {}): ZipFile {
    return { ...file, content: this.#hash(file, onEnd) }
  }

  async *#hash({ name, content }: ZipFile, onEnd: (entry: ManifestEntry) => void) {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const piece of content) {
      hash.update(piece)
      bytes += piece.length
      yield piece
    }
    const entry = { name, bytes, sha256: hash.digest('hex') }
    this.entries.push(entry)
    onEnd(entry)
  }
}

/** Returns a file of a bundle that is a text. */
export function textFile(name: string, text: string): ZipFile {
  const bytes = Buffer.from(text)
  return { name, bytes: bytes.length, content: [bytes] }
}
