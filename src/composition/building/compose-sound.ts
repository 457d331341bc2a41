/**
 * Composes a sound track on the recording's timeline, from the recorded packets and packets of
 * silence between them.
 */
import type { SegmentDescription } from '../../contract/events.ts'
import type { Medium } from '../../contract/media.ts'
import { FormatError } from '../../media/format-error.ts'
import { readPage } from '../../media/ogg.ts'
import {
  FRESH_START,
  isCelt,
  OPUS_RATE,
  type OpusHead,
  OpusReader,
  OpusWriter,
  packetSamples,
  silence,
} from '../../media/opus.ts'
import { Splitter } from '../../media/splitter.ts'
import { exportError } from '../export-error.ts'
import { isMedia, type TrackTimeline } from '../plan/timeline.ts'
import type { BuildContext } from './build-context.ts'

/** The pre-skip of libopus at 48 kHz, which recorded segments have, too. */
const PRE_SKIP = 312
const SAMPLES_A_MS = OPUS_RATE / 1_000
/** By serial number: ffmpeg finds the tracks of one stream in this order. */
const SERIALS: Record<Medium, number> = { mic: 1, speaker: 2, screen: 3 }

/** A packet of sound, and how many samples it decodes to. */
export interface SoundPacket {
  packet: Buffer
  samples: number
}

/** A composed sound track. */
export interface Sound {
  medium: Medium
  head: OpusHead
  /** Where the sound ends, in samples from its first packet. */
  endSamples: number
  /** Yields the packets in order, each time the same ones. The last reaches the end. */
  packets(): AsyncIterable<SoundPacket>
}

/**
 * Composes a track of exactly `durationMs`, without decoding. Packets are placed to 1.25 ms
 * (silence comes in steps of 2.5 ms), or to 10 ms where a segment begins right after another. Each
 * place is counted from the recording's start, so that errors do not add up. Memory is bounded.
 */
export async function composeSound(
  track: TrackTimeline,
  durationMs: number,
  context: BuildContext,
): Promise<Sound> {
  const first = track.items.find(isMedia)
  const recorded = first && (await headOf(first.segment, context))
  const head = {
    channels: recorded?.channels ?? (track.medium === 'mic' ? 1 : 2),
    preSkip: PRE_SKIP,
  }
  return {
    medium: track.medium,
    head,
    endSamples: durationMs * SAMPLES_A_MS + head.preSkip,
    packets: () => composedPackets(track, durationMs, head, context),
  }
}

/** Writes a sound as an Ogg stream, page by page. */
export async function* oggPages(
  { medium, head, endSamples, packets }: Sound,
  onSamples: (samples: number) => void = () => {},
): AsyncGenerator<Buffer> {
  const writer = new OpusWriter(SERIALS[medium])
  yield writer.begin(head, 'f2f-recorder')
  for await (const { packet, samples } of packets()) {
    const page = writer.write(packet, samples)
    if (!page) continue
    onSamples(writer.samples)
    yield page
  }
  yield writer.end(endSamples)
}

async function* composedPackets(
  track: TrackTimeline,
  durationMs: number,
  head: OpusHead,
  context: BuildContext,
): AsyncGenerator<SoundPacket> {
  const at = (ms: number): number => ms * SAMPLES_A_MS + head.preSkip
  let written = 0
  function* counted(packets: Iterable<SoundPacket>): Generator<SoundPacket> {
    for (const one of packets) {
      written += one.samples
      yield one
    }
  }
  const fill = (end: number) => counted(silence(end - written, head.channels))
  /**
   * Fills with silence up to a segment's first packet, so that a decoder starts that packet afresh,
   * as the encoder did.
   */
  function* fillBefore(packet: Buffer, end: number): Generator<SoundPacket> {
    const fresh = isCelt(packet) && end - written >= FRESH_START.samples ? FRESH_START : undefined
    yield* fill(end - (fresh?.samples ?? 0))
    if (fresh) yield* counted([fresh])
  }
  for (const [index, item] of track.items.entries()) {
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
      if (written >= end || written + samples / 2 >= limit) break
      yield* counted([{ packet, samples }])
    }
  }
  const end = at(durationMs)
  yield* fill(end)
  // Silence is rounded to the nearest 2.5 ms, but the last packet must reach the end.
  if (written < end) yield* fill(written + 120)
}

async function* packetsOf(
  segment: SegmentDescription,
  context: BuildContext,
): AsyncGenerator<{ packet: Buffer; preSkip: number }> {
  const pages = new Splitter(readPage)
  const reader = new OpusReader()
  const media = await context.open(segment)
  try {
    for await (const chunk of media.stream()) {
      context.signal.throwIfAborted()
      for (const page of pages.push(chunk as Buffer))
        for (const packet of reader.push(page)) yield { packet, preSkip: reader.head!.preSkip }
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw exportError(
      `Segment ${segment.number} of ${segment.medium} is damaged: ${error.message}.`,
      error,
    )
  } finally {
    await media.close()
  }
}

async function headOf(
  segment: SegmentDescription,
  context: BuildContext,
): Promise<OpusHead | undefined> {
  const pages = new Splitter(readPage)
  const reader = new OpusReader()
  const media = await context.open(segment)
  try {
    for await (const chunk of media.stream()) {
      for (const page of pages.push(chunk as Buffer)) {
        for (const _ of reader.push(page)) break
        if (reader.head) return reader.head
      }
    }
    return undefined
  } finally {
    await media.close()
  }
}
