/**
 * Composes a sound track on the recording's timeline, from the recorded packets and packets of
 * silence between them.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { SegmentDescription } from '../contract/events.ts'
import { FormatError } from '../media/format-error.ts'
import { readPage } from '../media/ogg.ts'
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
import type { BuildContext } from './build-context.ts'
import { exportError } from './export-error.ts'
import { isMedia, type TrackTimeline } from './timeline.ts'

const READ_BYTES = 65_536
/** The pre-skip of libopus at 48 kHz, which recorded segments have, too. */
const PRE_SKIP = 312
const SAMPLES_A_MS = OPUS_RATE / 1_000

/** A composed sound track. */
export interface SoundFile {
  path: string
  channels: number
}

/**
 * Writes the track as Ogg Opus of exactly `durationMs`, without decoding. Packets are placed to
 * 1.25 ms (silence comes in steps of 2.5 ms), or to 10 ms where a segment begins right after
 * another. Each place is counted from the recording's start, so that errors do not add up. Memory
 * is bounded.
 */
export async function composeSound(
  track: TrackTimeline,
  durationMs: number,
  path: string,
  context: BuildContext,
): Promise<SoundFile> {
  const first = track.items.find(isMedia)
  const head = first && (await headOf(context.path(first.segment)))
  const channels = head?.channels ?? (track.medium === 'mic' ? 1 : 2)
  const pages = soundPages(track, durationMs, { channels, preSkip: PRE_SKIP }, context)
  await pipeline(
    Readable.from(pages, { objectMode: true }),
    createWriteStream(path, { mode: 0o600, flags: 'wx' }),
    {
      signal: context.signal,
    },
  )
  return { path, channels }
}

async function* soundPages(
  track: TrackTimeline,
  durationMs: number,
  head: OpusHead,
  context: BuildContext,
): AsyncGenerator<Buffer> {
  const writer = new OpusWriter(track.medium === 'mic' ? 1 : 2)
  yield writer.begin(head, 'f2f-recorder')
  const at = (ms: number): number => ms * SAMPLES_A_MS + head.preSkip
  function* fill(samples: number): Generator<Buffer> {
    for (const silent of silence(samples - writer.samples, head.channels)) {
      const page = writer.write(silent.packet, silent.samples)
      if (page) yield page
    }
  }
  /**
   * Fills with silence up to a segment's first packet, so that a decoder starts that packet afresh,
   * as the encoder did.
   */
  function* fillBefore(packet: Buffer, samples: number): Generator<Buffer> {
    const fresh =
      isCelt(packet) && samples - writer.samples >= FRESH_START.samples ? FRESH_START : undefined
    yield* fill(samples - (fresh?.samples ?? 0))
    const page = fresh && writer.write(fresh.packet, fresh.samples)
    if (page) yield page
  }
  for (const [index, item] of track.items.entries()) {
    context.progress(item.fromMs / durationMs)
    if (!isMedia(item)) continue
    let started = false
    const end = at(item.toMs)
    // The last packet of a segment may reach beyond the segment's end, but at most half of it into
    // the next segment.
    const next = track.items.slice(index + 1, index + 3).find(isMedia)
    const limit = next ? at(next.fromMs) - head.preSkip : Number.POSITIVE_INFINITY
    for await (const { packet, preSkip } of packetsOf(item.segment, context)) {
      if (!started) yield* fillBefore(packet, at(item.fromMs) - preSkip)
      started = true
      const samples = packetSamples(packet)
      if (writer.samples >= end || writer.samples + samples / 2 >= limit) break
      const page = writer.write(packet, samples)
      if (page) yield page
    }
  }
  const end = at(durationMs)
  yield* fill(end)
  // Silence is rounded to the nearest 2.5 ms, but the last packet must reach the end.
  if (writer.samples < end) yield* fill(writer.samples + 120)
  yield writer.end(end)
}

async function* packetsOf(
  segment: SegmentDescription,
  context: BuildContext,
): AsyncGenerator<{ packet: Buffer; preSkip: number }> {
  const pages = new Splitter(readPage)
  const reader = new OpusReader()
  try {
    for await (const chunk of createReadStream(context.path(segment), {
      highWaterMark: READ_BYTES,
    })) {
      for (const page of pages.push(chunk as Buffer))
        for (const packet of reader.push(page)) yield { packet, preSkip: reader.head!.preSkip }
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw exportError(
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
      for (const _ of reader.push(page)) break
      if (reader.head) return reader.head
    }
  }
  return undefined
}
