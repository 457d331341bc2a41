import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import type { EventOf } from '../../contract/events.ts'
import type { Findings } from './findings.ts'

/** The system's codes for a path that leads to no file of this user. */
const NO_FILE = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES']

/** An event that describes the file of a segment, or a part of it that was kept. */
export type FileEvent = EventOf<'segment.closed'> | EventOf<'segment.discarded'>

/**
 * Checks the stored files that an event describes against the hashes in the log. Resolves with
 * their bytes. A file that is wrong is no fault when its recording has been erased meanwhile.
 */
export async function checkSegment(
  findings: Findings,
  recordingsFolder: string,
  event: FileEvent,
  isErased: (recordingId: string) => boolean,
): Promise<number> {
  const { recordingId, position, data } = event
  const files: DescribedFile[] = []
  if (event.type === 'segment.closed') {
    const { file, storedSha256, sha256 } = event.data
    files.push({ name: file, expected: storedSha256 ?? sha256 })
  }
  // Somebody may have written the event.
  if (typeof data.remnant?.file === 'string')
    files.push({ name: data.remnant.file, expected: data.remnant.sha256 })
  const folder = join(recordingsFolder, String(recordingId))
  const how = { findings, folder, recordingId: String(recordingId), position, isErased }
  let bytes = 0
  for (const file of files) bytes += await checkFile(how, file)
  return bytes
}

/** A file below the folder of its recording, and the hash that it should have. */
interface DescribedFile {
  name: string
  expected: string
}

async function checkFile(
  how: {
    findings: Findings
    folder: string
    recordingId: string
    position: number
    isErased: (recordingId: string) => boolean
  },
  { name, expected }: DescribedFile,
): Promise<number> {
  const { findings, folder, recordingId, position, isErased } = how
  const path = join(folder, name)
  const file = join('recordings', recordingId, name)
  const isOutside = relative(folder, path).startsWith('..') || isAbsolute(name)
  const hashed = isOutside || path.includes('\0') ? undefined : await hashFile(path)
  if (hashed?.sha256 !== expected && isErased(recordingId)) return 0
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
