import { createHash } from 'node:crypto'
import type { Identity } from '../../age/identity.ts'
import { InterruptedFile } from '../../age/interrupted-file.ts'
import { SealedFileError } from '../../age/sealed-file-error.ts'
import { isSealedFile } from '../../age/stored-media.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { Remnant, SegmentDescription } from '../../contract/events.ts'
import { openIfThere } from '../../disk/open-if-there.ts'
import { FragmentAssembler, hasWholeSamples, readBox } from '../../media/fmp4.ts'
import { FormatError } from '../../media/format-error.ts'
import { isPageIntact, OpusTimeline, readPage } from '../../media/ogg.ts'
import { Splitter } from '../../media/splitter.ts'
import { findRemnant, hasContent, isInFile, keepRemnant } from './remnant.ts'
import { removeSegment, type StoredFile } from './segment-writer.ts'
import { syncNames } from './sync-names.ts'

const READ_BYTES = 1_048_576

/** A file whose writing was interrupted, finished. */
export interface SalvagedFile {
  /** The file, cut after its last whole unit of media; null when it held none. */
  file: (StoredFile & { durationMs: number }) | null
  /** The part behind damage. */
  remnant?: Remnant
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
 * How a unit of media begins. It lies within the first bytes of a unit, of which none is shorter.
 */
const BEGINNINGS: Record<SegmentDescription['container'], string> = { ogg: 'OggS', mp4: 'moof' }
const BEGINNING_BYTES = 8

/**
 * Finishes a file whose writing was interrupted (by a dead process, a full disk, a power cut that
 * left zeros): cuts it after its last whole page or frame, forces it to disk and hashes it. Where
 * media lie behind damage, keeps them beside it first. Removes a file without media. `identity`
 * opens a sealed file. Rejects with SealedFileError, and with errors of the file system.
 */
export async function salvageFile(
  path: string,
  container: SegmentDescription['container'],
  identity?: Identity,
): Promise<SalvagedFile> {
  const file = isSealedFile(path)
    ? await salvageSealed(path, UNIT_READERS[container](), identity)
    : await salvagePlain(path, UNIT_READERS[container](), BEGINNINGS[container])
  if (file === null) await removeSegment(path)
  else await syncNames(path)
  const remnant = await findRemnant(path)
  return { file, ...(remnant && { remnant }) }
}

/**
 * Salvages a file that this recorder has created. Rejects with STORAGE_UNAVAILABLE when it is
 * missing: the disk that it is on may be away, or another one may have been mounted over it.
 */
export async function salvageCreated(
  path: string,
  container: SegmentDescription['container'],
  identity: Identity,
): Promise<SalvagedFile['file']> {
  const handle = await openIfThere(path, 'r')
  if (handle === undefined)
    throw new RecorderError(
      'STORAGE_UNAVAILABLE',
      'The file of the segment is missing. Is the disk of the recordings mounted?',
    )
  await handle.close()
  return (await salvageFile(path, container, identity)).file
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
  /** Where the first bytes are that are no whole unit. */
  unreadAt: number
  isDamaged: boolean
}

async function salvageSealed(
  path: string,
  units: UnitReader,
  identity: Identity | undefined,
): Promise<SalvagedFile['file']> {
  if (identity === undefined) throw new SealedFileError('The key of the file is missing.')
  const file = await InterruptedFile.open(path, identity)
  if (file === undefined) {
    if (await hasContent(path)) await keepRemnant(path, 0)
    return null
  }
  try {
    const { isDamaged, unreadAt: _, ...media } = await scan(file.read(), units, () => file.hasEnd)
    if (file.hasMore || (isDamaged && !file.hasEnd))
      await keepRemnant(path, file.endOf(media.bytes))
    if (media.bytes === 0) return null
    return { ...media, storedSha256: await file.finish(media.bytes) }
  } finally {
    await file.close()
  }
}

/** Media of version 0.1, which were stored unsealed. */
async function salvagePlain(
  path: string,
  units: UnitReader,
  beginning: string,
): Promise<SalvagedFile['file']> {
  const handle = await openIfThere(path, 'r+')
  if (handle === undefined) return null
  try {
    const chunks = handle.createReadStream({
      highWaterMark: READ_BYTES,
      autoClose: false,
      start: 0,
    })
    const { isDamaged: _, unreadAt, ...media } = await scan(chunks, units, () => false)
    if (await isInFile(beginning, path, unreadAt + BEGINNING_BYTES))
      await keepRemnant(path, media.bytes)
    if (media.bytes === 0) return null
    await handle.truncate(media.bytes)
    await handle.sync()
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
  let unreadAt = 0
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
      unreadAt += unit.bytes.length
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
  const how = { durationMs, unreadAt, isDamaged }
  if (bytes > 0 && hasEnd()) return { bytes: total, sha256: all.digest('hex'), ...how }
  return { bytes, sha256: whole.digest('hex'), ...how }
}
