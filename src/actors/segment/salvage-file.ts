import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import type { Identity } from '../../age/identity.ts'
import { InterruptedFile } from '../../age/interrupted-file.ts'
import { SealedFileError } from '../../age/sealed-file-error.ts'
import { isSealedFile } from '../../age/stored-media.ts'
import type { SegmentDescription } from '../../contract/events.ts'
import { openIfThere } from '../../disk/open-if-there.ts'
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
 * when it holds no media; then the file is removed. `identity` opens a sealed file. Rejects with
 * SealedFileError, and with errors of the file system.
 */
export async function salvageFile(
  path: string,
  container: SegmentDescription['container'],
  identity?: Identity,
): Promise<SalvagedFile | null> {
  const found = isSealedFile(path)
    ? await salvageSealed(path, UNIT_READERS[container](), identity)
    : await salvagePlain(path, UNIT_READERS[container]())
  if (found === null) await removeSegment(path)
  return found
}

/**
 * Creates a {@link salvageFile} with one attempt at a time for each file, which its callers share:
 * a recovery may come to a file while an earlier attempt still waits for the disk.
 */
export function createSalvage(): typeof salvageFile {
  const underWay = new Map<string, ReturnType<typeof salvageFile>>()
  return (path, container, identity) => {
    const attempt =
      underWay.get(path) ??
      salvageFile(path, container, identity).finally(() => underWay.delete(path))
    underWay.set(path, attempt)
    return attempt
  }
}

/** Media that are whole up to their `bytes`. */
interface WholeMedia {
  bytes: number
  durationMs: number
  sha256: string
}

async function salvageSealed(
  path: string,
  units: UnitReader,
  identity: Identity | undefined,
): Promise<SalvagedFile | null> {
  if (identity === undefined) throw new SealedFileError('The key of the file is missing.')
  const file = await InterruptedFile.open(path, identity)
  if (file === undefined) return null
  try {
    const media = await scan(file.read(), units, () => file.hasEnd)
    if (media.bytes === 0) return null
    return { ...media, storedSha256: await file.finish(media.bytes) }
  } finally {
    await file.close()
  }
}

/** Media of version 0.1, which were stored unsealed. */
async function salvagePlain(path: string, units: UnitReader): Promise<SalvagedFile | null> {
  const handle = await openIfThere(path, 'r+')
  if (handle === undefined) return null
  try {
    const chunks = handle.createReadStream({
      highWaterMark: READ_BYTES,
      autoClose: false,
      start: 0,
    })
    const media = await scan(chunks, units, () => false)
    if (media.bytes === 0) return null
    await handle.truncate(media.bytes)
    await handle.sync()
    await syncFolder(dirname(path))
    return media
  } finally {
    await handle.close()
  }
}

/** Reads media up to their first damage. They are whole to its end when that was decided. */
async function scan(
  chunks: AsyncIterable<unknown>,
  read: UnitReader,
  hasEnd: () => boolean,
): Promise<WholeMedia> {
  const whole = createHash('sha256')
  let bytes = 0
  let durationMs = 0
  let isDamaged = false
  let pending: Buffer[] = []
  const take = (parts: readonly Buffer[]): void => {
    for (const part of parts) {
      whole.update(part)
      bytes += part.length
    }
  }
  const observe = (chunk: Buffer): void => {
    for (const unit of read(chunk)) {
      pending.push(unit.bytes)
      if (unit.endMs === undefined) continue
      take(pending)
      pending = []
      durationMs = unit.endMs
    }
  }
  let total = 0
  const all = createHash('sha256')
  for await (const chunk of chunks) {
    total += (chunk as Buffer).length
    all.update(chunk as Buffer)
    try {
      if (!isDamaged) observe(chunk as Buffer)
    } catch (error) {
      // Only the media before the first damage count.
      if (!(error instanceof FormatError)) throw error
      isDamaged = true
    }
  }
  if (bytes > 0 && hasEnd()) return { bytes: total, durationMs, sha256: all.digest('hex') }
  return { bytes, durationMs, sha256: whole.digest('hex') }
}
