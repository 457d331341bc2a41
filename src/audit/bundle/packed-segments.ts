import type { FileHandle } from 'node:fs/promises'
import { hasCode } from '../../contract/errors.ts'
import type { SegmentDescription } from '../../contract/events.ts'
import type { PackedFiles } from './packed-files.ts'
import type { StoredFiles } from './port.ts'
import type { Finding } from './verdict.ts'
import type { ZipFile } from './zip.ts'

const READ_BYTES = 512 * 1024

/** The stored segments of a recording as files of its bundle, compared with the log. */
export class PackedSegments {
  readonly #source: StoredFiles
  readonly #recordingId: string
  readonly findings: Finding[] = []
  intact = 0

  constructor(source: StoredFiles, recordingId: string) {
    this.#source = source
    this.#recordingId = recordingId
  }

  /** Reads the files of segments one after the other. Those that are missing are left out. */
  async *files(
    segments: readonly SegmentDescription[],
    packed: PackedFiles,
  ): AsyncGenerator<ZipFile> {
    for (const segment of segments) {
      const { file, sha256, storedSha256: expected = sha256 } = segment
      const handle = await this.#open(segment)
      if (handle === undefined) {
        this.findings.push({ kind: 'segmentMissing', file, expected })
        continue
      }
      try {
        const { size } = await handle.stat()
        const stored = { name: `segments/${file}`, bytes: size, content: pieces(handle) }
        yield packed.hashed(stored, ({ sha256: found }) => {
          if (found === expected) this.intact++
          else this.findings.push({ kind: 'segmentChanged', file, expected, found })
        })
      } finally {
        await handle.close()
      }
    }
  }

  async #open(segment: SegmentDescription): Promise<FileHandle | undefined> {
    try {
      return await this.#source.openStoredFile(this.#recordingId, segment)
    } catch (error) {
      if (hasCode(error, 'NOT_FOUND')) return undefined
      throw error
    }
  }
}

async function* pieces(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const piece = Buffer.allocUnsafe(READ_BYTES)
    const { bytesRead } = await handle.read(piece, 0, READ_BYTES, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield piece.subarray(0, bytesRead)
  }
}
