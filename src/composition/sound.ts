/**
 * A sound track on the recording's time line: the very packets that were recorded, and packets of
 * silence between them.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { SegmentFacts } from '../contract/events.ts'
import { FormatError, readPage } from '../media/ogg.ts'
import {
  FRESH_START,
  isCelt,
  OPUS_RATE,
  type OpusHead,
  OpusReader,
  OpusWriter,
  packetSamples,
  silence,
} from '../media/opus.ts'
import { Splitter } from '../media/splitter.ts'
import { exportFailed } from './failure.ts'
import { isMedia, type TrackLine } from './timeline.ts'
import type { Work } from './tools.ts'

const READ_BYTES = 65_536
/** Pre-skip that libopus asks for at 48 kHz; recorded segments have it, too. */
const PRE_SKIP = 312
const SAMPLES_A_MS = OPUS_RATE / 1_000

/** How a composed sound track is made up. */
export interface SoundFile {
  path: string
  channels: number
}

/**
 * Writes the track as Ogg Opus of exactly `durationMs`. Nothing is decoded: each segment's packets
 * are put where they belong to 1.25 ms (silence comes in steps of 2.5 ms), or to 10 ms where the
 * one before is hardly over; each from the recording's start, so that no error adds up. Memory is
 * bounded.
 */
export async function composeSound(
  line: TrackLine,
  durationMs: number,
  path: string,
  work: Work,
): Promise<SoundFile> {
  const first = line.pieces.find(isMedia)
  const head = first && (await headOf(work.path(first.media)))
  const channels = head?.channels ?? (line.medium === 'mic' ? 1 : 2)
  const pages = soundPages(line, durationMs, { channels, preSkip: PRE_SKIP }, work)
  await pipeline(
    Readable.from(pages, { objectMode: true }),
    createWriteStream(path, { mode: 0o600, flags: 'wx' }),
    {
      signal: work.signal,
    },
  )
  return { path, channels }
}

async function* soundPages(
  line: TrackLine,
  durationMs: number,
  head: OpusHead,
  work: Work,
): AsyncGenerator<Buffer> {
  const writer = new OpusWriter(line.medium === 'mic' ? 1 : 2)
  yield writer.begin(head, 'f2f-recorder')
  const at = (ms: number): number => ms * SAMPLES_A_MS + head.preSkip
  function* fill(samples: number): Generator<Buffer> {
    for (const silent of silence(samples - writer.samples, head.channels)) {
      const page = writer.write(silent.packet, silent.samples)
      if (page) yield page
    }
  }
  /**
   * Silence up to a segment's first packet, which is to be decoded as it was encoded: with nothing
   * before it.
   */
  function* fillBefore(packet: Buffer, samples: number): Generator<Buffer> {
    const fresh =
      isCelt(packet) && samples - writer.samples >= FRESH_START.samples ? FRESH_START : undefined
    yield* fill(samples - (fresh?.samples ?? 0))
    const page = fresh && writer.write(fresh.packet, fresh.samples)
    if (page) yield page
  }
  for (const [index, piece] of line.pieces.entries()) {
    work.progress(piece.fromMs / durationMs)
    if (!isMedia(piece)) continue
    let started = false
    const end = at(piece.toMs)
    // The last packet reaches over the end of its segment; into the next segment it must not reach
    // by more than a half of it.
    const next = line.pieces.slice(index + 1, index + 3).find(isMedia)
    const limit = next ? at(next.fromMs) - head.preSkip : Number.POSITIVE_INFINITY
    for await (const { packet, preSkip } of packetsOf(piece.media, work)) {
      if (!started) yield* fillBefore(packet, at(piece.fromMs) - preSkip)
      started = true
      const samples = packetSamples(packet)
      if (writer.samples >= end || writer.samples + samples / 2 >= limit) break
      const page = writer.write(packet, samples)
      if (page) yield page
    }
  }
  const end = at(durationMs)
  yield* fill(end)
  // Silence is rounded to the nearest 2.5 ms; the last packet has to reach the end.
  if (writer.samples < end) yield* fill(writer.samples + 120)
  yield writer.end(end)
}

async function* packetsOf(
  segment: SegmentFacts,
  work: Work,
): AsyncGenerator<{ packet: Buffer; preSkip: number }> {
  const pages = new Splitter(readPage)
  const reader = new OpusReader()
  try {
    for await (const chunk of createReadStream(work.path(segment), { highWaterMark: READ_BYTES })) {
      for (const page of pages.push(chunk as Buffer))
        for (const packet of reader.take(page)) yield { packet, preSkip: reader.head!.preSkip }
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw exportFailed(
      `Segment ${segment.number} of ${segment.medium} is damaged: ${error.message}.`,
      error,
    )
  }
}

async function headOf(path: string): Promise<OpusHead | undefined> {
  const pages = new Splitter(readPage)
  const reader = new OpusReader()
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
    for (const page of pages.push(chunk as Buffer)) {
      for (const _ of reader.take(page)) break
      if (reader.head) return reader.head
    }
  }
  return undefined
}
