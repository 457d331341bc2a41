import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  commonGaps,
  cutGaps,
  isMedia,
  placeIn,
  type Timeline,
  timelineOf,
} from '../../src/composition/timeline.ts'
import type { SegmentFacts } from '../../src/contract/events.ts'
import { GAP_REASONS, MEDIA, type Medium } from '../../src/contract/media.ts'
import type { TrackView } from '../../src/contract/resources.ts'
import { suite } from '../support/suite.ts'
import { recordingOf, START, segmentOf } from './support/recordings.ts'

/** Pieces in order with gaps between them, as a track leaves them; lengths in ms. */
const tracks = fc.record(
  Object.fromEntries(
    MEDIA.map((medium) => [
      medium,
      fc.option(
        fc.array(
          fc.tuple(
            fc.nat(4_000),
            fc.integer({ min: 1, max: 4_000 }),
            fc.constantFrom(...GAP_REASONS),
          ),
          {
            maxLength: 6,
          },
        ),
        { nil: undefined },
      ),
    ]),
  ) as Record<Medium, fc.Arbitrary<[number, number, (typeof GAP_REASONS)[number]][] | undefined>>,
)

/** Segments anywhere, overlapping too, before the start and after the end. */
const strewn = fc.array(
  fc.record({
    medium: fc.constantFrom(...MEDIA),
    fromMs: fc.integer({ min: -2_000, max: 20_000 }),
    lengthMs: fc.nat(6_000),
  }),
  { maxLength: 12 },
)

function segmentsOf(given: Record<Medium, [number, number, string][] | undefined>): SegmentFacts[] {
  return MEDIA.flatMap((medium) => {
    let at = 0
    return (given[medium] ?? []).map(([gap, length], index) => {
      const fromMs = at + gap
      at = fromMs + length
      return segmentOf(medium, index + 1, fromMs, at)
    })
  })
}

/** Pieces follow each other without a hole from 0 to the duration. */
function assertWhole({ tracks: lines, durationMs }: Timeline): void {
  for (const { medium, pieces } of lines) {
    let at = 0
    for (const { fromMs, toMs } of pieces) {
      assert.equal(fromMs, at, medium)
      assert.ok(toMs > fromMs, medium)
      at = toMs
    }
    assert.equal(at, durationMs, medium)
  }
}

/** Lengths of a track's media by segment. */
const mediaOf = ({ tracks: lines }: Timeline) =>
  lines.flatMap(({ medium, pieces }) =>
    pieces.filter(isMedia).map(({ media, fromMs, toMs }) => [medium, media.number, toMs - fromMs]),
  )

suite('the time line', (test) => {
  test('of any segments adds up to the recording’s duration exactly, and shows no segment longer than it is', () => {
    fc.assert(
      fc.property(strewn, fc.nat(20_000), (given, durationMs) => {
        const segments = given.map(({ medium, fromMs, lengthMs }, index) =>
          segmentOf(medium, index + 1, fromMs, fromMs + lengthMs),
        )
        const timeline = timelineOf(recordingOf(segments, durationMs), segments)
        assert.equal(timeline.durationMs, durationMs)
        assertWhole(timeline)
        assertWhole(cutGaps(timeline))
        for (const { pieces } of timeline.tracks)
          for (const { media, fromMs, toMs } of pieces.filter(isMedia))
            assert.ok(toMs - fromMs <= media.durationMs)
      }),
    )
  })

  test('has each piece where it was recorded, and each gap with its reason', () => {
    fc.assert(
      fc.property(tracks, fc.nat(3_000), (given, tail) => {
        const segments = segmentsOf(given)
        const durationMs =
          Math.max(0, ...segments.map((one) => Date.parse(one.endedAt) - START)) + tail
        const recording = recordingOf(segments, durationMs, given)
        const timeline = timelineOf(recording, segments)
        for (const { medium, pieces } of timeline.tracks) {
          for (const piece of pieces) {
            if (isMedia(piece)) {
              assert.equal(piece.fromMs, Date.parse(piece.media.startedAt) - START)
              assert.equal(piece.toMs, Date.parse(piece.media.endedAt) - START)
            } else {
              const told = recording.tracks[medium]?.gaps.find(
                ({ from }) => Date.parse(from) - START === piece.fromMs,
              )
              assert.equal(piece.gap, told?.reason)
              assert.equal(piece.sinceMs, START + piece.fromMs)
            }
          }
        }
      }),
    )
  })

  test('cut is shorter by just what no track has media of; media keep their length and their distance from each other', () => {
    fc.assert(
      fc.property(tracks, fc.nat(3_000), (given, tail) => {
        const segments = segmentsOf(given)
        const durationMs =
          Math.max(0, ...segments.map((one) => Date.parse(one.endedAt) - START)) + tail
        const whole = timelineOf(recordingOf(segments, durationMs, given), segments)
        const cut = cutGaps(whole)
        // Counted the slow way, millisecond by millisecond.
        const covered = new Set<number>()
        for (const { pieces } of whole.tracks)
          for (const { fromMs, toMs } of pieces.filter(isMedia))
            for (let ms = fromMs; ms < toMs; ms++) covered.add(ms)
        assert.equal(cut.durationMs, covered.size)
        assert.deepEqual(mediaOf(cut), mediaOf(whole))
        assert.deepEqual(commonGaps(cut), [])
        const place = placeIn(cut)
        for (const [line, { pieces }] of whole.tracks.entries()) {
          const moved = cut.tracks[line]!.pieces.filter(isMedia)
          for (const [index, piece] of pieces.filter(isMedia).entries()) {
            assert.equal(moved[index]!.fromMs, place(piece.fromMs))
            assert.equal(place(piece.toMs) - place(piece.fromMs), piece.toMs - piece.fromMs)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  test('leaves out tracks that were never started, and shows those that never delivered', () => {
    const segments = [segmentOf('mic', 1, 0, 1_000)]
    const recording = recordingOf(segments, 1_000)
    const failed = { ...recording.tracks.mic!, state: 'failed' as const, segments: 0 }
    failed.gaps = [{ from: recording.startedAt, to: recording.endedAt, reason: 'notStarted' }]
    const off = { ...failed, state: 'off' as const, gaps: [] }
    const tracksOf = (screen: TrackView) =>
      timelineOf({ ...recording, tracks: { ...recording.tracks, screen } }, segments).tracks
    assert.deepEqual(
      tracksOf(off).map(({ medium }) => medium),
      ['mic'],
    )
    assert.deepEqual(tracksOf(failed).at(-1), {
      medium: 'screen',
      pieces: [{ fromMs: 0, toMs: 1_000, gap: 'notStarted', sinceMs: START }],
    })
  })
})
