import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { EventOf, LogEvent } from '../../contract/events.ts'
import { decodeRecord } from '../../store/records/record.ts'
import type { Findings } from './findings.ts'

/** The system's codes for a path that leads to no file of this user. */
const NO_FILE = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES']

/** The names of recordings, and of folders for them. */
const RECORDING_ID = /^[0-9A-Za-z_-]{8,64}$/

/** An event that describes the file of a segment, or a part of it that was kept. */
export type FileEvent = EventOf<'segment.closed'> | EventOf<'segment.discarded'>

/** Which files of an event are checked, and where they are. */
export interface SegmentCheckOptions {
  recordingsFolder: string
  /** Whether the segment itself was removed later: then only its remnant is checked. */
  isRemoved: boolean
  isErased: (recordingId: string) => boolean
}

/**
 * Checks the stored files that an event describes against the hashes in the log. Resolves with
 * their bytes. A file that is wrong is no fault when its recording has been erased meanwhile.
 */
export async function checkSegment(
  findings: Findings,
  event: FileEvent,
  { recordingsFolder, isRemoved, isErased }: SegmentCheckOptions,
): Promise<number> {
  const { recordingId, position, data } = event
  const files: DescribedFile[] = []
  if (event.type === 'segment.closed' && !isRemoved) {
    const { file, storedSha256, sha256 } = event.data
    files.push({ name: String(file), expected: storedSha256 ?? sha256 })
  }
  // Somebody may have written the event.
  if (typeof data.remnant === 'object' && data.remnant !== null)
    files.push({ name: String(data.remnant.file), expected: data.remnant.sha256 })
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
  const isInside = RECORDING_ID.test(recordingId) && isPathBelow(name)
  const hashed = isInside ? await hashFile(path) : undefined
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

/** Whether a path of the log leads to a file below its folder, on every system. */
function isPathBelow(path: string): boolean {
  return !/[\\:\0]/.test(path) && path.split('/').every((part) => !['', '.', '..'].includes(part))
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

/** Whether an event describes files: of a segment, or what was kept of one. */
export function describesFile(event: LogEvent): event is FileEvent {
  return (
    event.type === 'segment.closed' ||
    (event.type === 'segment.discarded' && event.data.remnant !== undefined)
  )
}

/** Reads an event that describes files from its record; undefined when it is none. */
export function readSegment(record: string): FileEvent | undefined {
  try {
    const event = decodeRecord(record)
    return describesFile(event) ? event : undefined
  } catch {
    return undefined
  }
}
