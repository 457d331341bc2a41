import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SegmentDescription } from '../../contract/events.ts'
import { syncFolder } from '../../disk/sync-folder.ts'
import { FragmentAssembler, hasWholeSamples, readBox } from '../../media/fmp4.ts'
import { FormatError } from '../../media/format-error.ts'
import { isPageIntact, OpusTimeline, readPage } from '../../media/ogg.ts'
import { Splitter } from '../../media/splitter.ts'
import { removeSegment, type StoredFile } from './segment-writer.ts'

const READ_BYTES = 1_048_576

/** A file cut after its last whole unit of media. */
export interface SalvagedFile extends StoredFile {
  durationMs: number
}

/**
 * Reads a file chunk by chunk. Yields each unit's bytes and, when the media are whole up to its
 * end, the media time there.
 */
type UnitReader = (chunk: Buffer) => Generator<{ bytes: Buffer; endMs: number | undefined }>

function oggReader(): UnitReader {
  const pages = new Splitter(readPage)
  const timeline = new OpusTimeline()
  return function* (chunk) {
    for (const page of pages.push(chunk)) {
      if (!isPageIntact(page)) throw new FormatError('an Ogg page with a wrong checksum')
      yield { bytes: page.bytes, endMs: timeline.push(page) }
    }
  }
}

function mp4Reader(): UnitReader {
  const boxes = new Splitter(readBox)
  const assembler = new FragmentAssembler()
  let firstTick: number | undefined
  return function* (chunk) {
    for (const box of boxes.push(chunk)) {
      const fragment = assembler.push(box)
      if (fragment && !hasWholeSamples(fragment.mdat))
        throw new FormatError('an MP4 frame that is not whole')
      if (fragment) firstTick ??= fragment.start
      const ticks = fragment && fragment.start + fragment.duration - firstTick!
      yield { bytes: box.bytes, endMs: ticks && (ticks / assembler.timescale!) * 1_000 }
    }
  }
}

const UNIT_READERS: Record<SegmentDescription['container'], () => UnitReader> = {
  ogg: oggReader,
  mp4: mp4Reader,
}

/**
 * Finishes a file whose writing was interrupted (by a dead process, a full disk, a power cut that
 * left zeros): cuts it after its last whole page or frame, forces it to disk and hashes it. Null
 * when it holds no media; then the file is removed. Rejects with errors of the file system.
 */
export async function salvageFile(
  path: string,
  container: SegmentDescription['container'],
): Promise<SalvagedFile | null> {
  const found = await scan(path, UNIT_READERS[container]())
  if (found === null || found.bytes === 0) {
    await removeSegment(path)
    return null
  }
  const handle = await open(path, 'r+')
  try {
    await handle.truncate(found.bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await syncFolder(dirname(path))
  return found
}

async function scan(path: string, read: UnitReader): Promise<SalvagedFile | null> {
  const hash = createHash('sha256')
  let bytes = 0
  let durationMs = 0
  let pending: Buffer[] = []
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
      for (const unit of read(chunk as Buffer)) {
        pending.push(unit.bytes)
        if (unit.endMs === undefined) continue
        for (const part of pending) {
          hash.update(part)
          bytes += part.length
        }
        pending = []
        durationMs = unit.endMs
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    // Only the media before the first damage count.
    if (!(error instanceof FormatError)) throw error
  }
  return { bytes, durationMs, sha256: hash.digest('hex') }
}
