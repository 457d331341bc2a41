import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import type { EventOf } from '../../contract/events.ts'
import type { Findings } from './findings.ts'

/** The system's codes for a path that leads to no file of this user. */
const NO_FILE = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES']

/**
 * Checks the stored file of a closed segment against the hash in the log. Resolves with its bytes.
 * A file that is wrong is no fault when its recording has been erased meanwhile.
 */
export async function checkSegment(
  findings: Findings,
  recordingsFolder: string,
  { recordingId, position, data }: EventOf<'segment.closed'>,
  isErased: (recordingId: string) => boolean,
): Promise<number> {
  const folder = join(recordingsFolder, String(recordingId))
  const path = join(folder, data.file)
  const file = join('recordings', String(recordingId), data.file)
  const isOutside = relative(folder, path).startsWith('..') || isAbsolute(data.file)
  const expected = data.storedSha256 ?? data.sha256
  const hashed = isOutside || path.includes('\0') ? undefined : await hashFile(path)
  if (hashed?.sha256 !== expected && isErased(String(recordingId))) return 0
  if (hashed === undefined) {
    findings.add('segmentMissing', `The file of a segment is missing: ${file}.`, {
      ...{ position, file, expected },
    })
    return 0
  }
  if (hashed.sha256 !== expected)
    findings.add('segmentChanged', `A segment is not the file that was recorded: ${file}.`, {
      ...{ position, file, expected, found: hashed.sha256 },
    })
  return hashed.bytes
}

/** Resolves with undefined when there is no file that can be opened: it would wait for a pipe. */
async function hashFile(path: string): Promise<{ sha256: string; bytes: number } | undefined> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    if (!(await stat(path)).isFile()) return undefined
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
      hash.update(chunk)
      bytes += chunk.length
    }
  } catch (error) {
    if (NO_FILE.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
  return { sha256: hash.digest('hex'), bytes }
}
