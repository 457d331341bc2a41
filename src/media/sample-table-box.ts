import type { MovieTrack } from './movie.ts'
import { ascii, fullBox, table32, u16, u32, u64 } from './mp4-boxes.ts'

/** A chunk of a track: how many samples follow each other, and where in the file. */
export interface PlacedChunk {
  count: number
  offset: number
}

/** Writes the boxes that describe the samples of a track (14496-12, 8.5), but for their places. */
export function sampleBoxes({ entry, samples, kind, rollSamples }: MovieTrack): Buffer {
  const durations = samples.durationRuns()
  const keyFrames = samples.keyFrames.map((at) => at + 1)
  return Buffer.concat([
    fullBox('stsd', {}, u32(1), entry),
    fullBox('stts', {}, u32(durations.length / 2), table32(durations)),
    ...(kind === 'video' ? [fullBox('stss', {}, u32(keyFrames.length), table32(keyFrames))] : []),
    fullBox('stsz', {}, u32(0, samples.count), table32(samples.sizes)),
    ...(rollSamples === undefined ? [] : rollBoxes(rollSamples, samples.count)),
  ])
}

/** Writes the boxes that say where the samples of a track are. `isLarge`: offsets need 64 bits. */
export function placeBoxes(chunks: readonly PlacedChunk[], isLarge: boolean): Buffer {
  return Buffer.concat([chunkLengthsBox(chunks), chunkOffsetsBox(chunks, isLarge)])
}

function chunkLengthsBox(chunks: readonly PlacedChunk[]): Buffer {
  const runs: number[] = []
  let last = -1
  for (const [index, { count }] of chunks.entries()) {
    if (count !== last) runs.push(index + 1, count, 1)
    last = count
  }
  return fullBox('stsc', {}, u32(runs.length / 3), table32(runs))
}

function chunkOffsetsBox(chunks: readonly PlacedChunk[], isLarge: boolean): Buffer {
  const offsets = chunks.map(({ offset }) => offset)
  const count = u32(offsets.length)
  if (!isLarge) return fullBox('stco', {}, count, table32(offsets))
  return fullBox('co64', {}, count, ...offsets.map(u64))
}

/** Says for all samples how many before them a decoder needs (14496-12, 10.1.1). */
function rollBoxes(rollSamples: number, count: number): Buffer[] {
  const description = [ascii('roll'), u32(2, 1), u16(-rollSamples)]
  return [
    fullBox('sgpd', { version: 1 }, ...description),
    fullBox('sbgp', {}, ascii('roll'), u32(1, count, 1)),
  ]
}
