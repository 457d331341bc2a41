import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  buildTimeline,
  commonGaps,
  isMedia,
  removeCommonGaps,
  type Timeline,
  timeMapping,
} from '../../../src/composition/plan/timeline.ts'
import type { SegmentDescription } from '../../../src/contract/events.ts'
import { GAP_REASONS } from '../../../src/contract/gap-reason.ts'
import { MEDIA, type Medium } from '../../../src/contract/media.ts'
import type { TrackView } from '../../../src/contract/views.ts'
import { suite } from '../../support/suite.ts'
import { recordingOf, START, segmentOf } from '../support/recordings.ts'

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
const scattered = fc.array(
  fc.record({
    medium: fc.constantFrom(...MEDIA),
    fromMs: fc.integer({ min: -2_000, max: 20_000 }),
    lengthMs: fc.nat(6_000),
  }),
  { maxLength: 12 },
)

function segmentsOf(
  given: Record<Medium, [number, number, string][] | undefined>,
): SegmentDescription[] {
  return MEDIA.flatMap((medium) => {
    let at = 0
    return (given[medium] ?? []).map(([gap, length], index) => {
      const fromMs = at + gap
      at = fromMs + length
      return segmentOf(medium, index + 1, fromMs, at)
    })
  })
}

/** Asserts that items follow each other without interruption from 0 to the duration. */
function assertWhole({ tracks, durationMs }: Timeline): void {
  for (const { medium, items } of tracks) {
    let at = 0
    for (const { fromMs, toMs } of items) {
      assert.equal(fromMs, at, medium)
      assert.ok(toMs > fromMs, medium)
      at = toMs
    }
    assert.equal(at, durationMs, medium)
  }
}

/** Returns the length of each segment on the time line. */
const mediaOf = ({ tracks }: Timeline) =>
  tracks.flatMap(({ medium, items }) =>
    items
      .filter(isMedia)
      .map(({ segment, fromMs, toMs }) => [medium, segment.number, toMs - fromMs]),
  )

suite('the time line', (test) => {
  test('adds up to the recording’s exact duration, and shows no segment longer than it is', () => {
    fc.assert(
      fc.property(scattered, fc.nat(20_000), (given, durationMs) => {
        const segments = given.map(({ medium, fromMs, lengthMs }, index) =>
          segmentOf(medium, index + 1, fromMs, fromMs + lengthMs),
        )
        const timeline = buildTimeline(recordingOf(segments, durationMs), segments)
        assert.equal(timeline.durationMs, durationMs)
        assertWhole(timeline)
        assertWhole(removeCommonGaps(timeline))
        for (const { items } of timeline.tracks)
          for (const { segment, fromMs, toMs } of items.filter(isMedia))
            assert.ok(toMs - fromMs <= segment.durationMs)
      }),
    )
  })

  test('has each segment at the time it was recorded, and each gap with its reason', () => {
    fc.assert(
      fc.property(tracks, fc.nat(3_000), (given, tail) => {
        const segments = segmentsOf(given)
        const durationMs =
          Math.max(0, ...segments.map((one) => Date.parse(one.endedAt) - START)) + tail
        const recording = recordingOf(segments, durationMs, given)
        const timeline = buildTimeline(recording, segments)
        for (const { medium, items } of timeline.tracks) {
          for (const item of items) {
            if (isMedia(item)) {
              assert.equal(item.fromMs, Date.parse(item.segment.startedAt) - START)
              assert.equal(item.toMs, Date.parse(item.segment.endedAt) - START)
            } else {
              const known = recording.tracks[medium]?.gaps.find(
                ({ from }) => Date.parse(from) - START === item.fromMs,
              )
              assert.equal(item.gap, known?.reason)
              assert.equal(item.sinceMs, START + item.fromMs)
            }
          }
        }
      }),
    )
  })

  test('without common gaps is shorter by exactly them; media keep their length and stay in sync', () => {
    fc.assert(
      fc.property(tracks, fc.nat(3_000), (given, tail) => {
        const segments = segmentsOf(given)
        const durationMs =
          Math.max(0, ...segments.map((one) => Date.parse(one.endedAt) - START)) + tail
        const whole = buildTimeline(recordingOf(segments, durationMs, given), segments)
        const cut = removeCommonGaps(whole)
        // Counted the slow way, millisecond by millisecond.
        const covered = new Set<number>()
        for (const { items } of whole.tracks)
          for (const { fromMs, toMs } of items.filter(isMedia))
            for (let ms = fromMs; ms < toMs; ms++) covered.add(ms)
        assert.equal(cut.durationMs, covered.size)
        assert.deepEqual(mediaOf(cut), mediaOf(whole))
        assert.deepEqual(commonGaps(cut), [])
        const toShortened = timeMapping(cut)
        for (const [trackIndex, { items }] of whole.tracks.entries()) {
          const moved = cut.tracks[trackIndex]!.items.filter(isMedia)
          for (const [index, item] of items.filter(isMedia).entries()) {
            assert.equal(moved[index]!.fromMs, toShortened(item.fromMs))
            assert.equal(toShortened(item.toMs) - toShortened(item.fromMs), item.toMs - item.fromMs)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  test('leaves out tracks that were never started, and shows tracks without media', () => {
    const segments = [segmentOf('mic', 1, 0, 1_000)]
    const recording = recordingOf(segments, 1_000)
    const failed = { ...recording.tracks.mic!, state: 'failed' as const, segments: 0 }
    failed.gaps = [{ from: recording.startedAt, to: recording.endedAt, reason: 'notStarted' }]
    const off = { ...failed, state: 'off' as const, gaps: [] }
    const tracksOf = (screen: TrackView) =>
      buildTimeline({ ...recording, tracks: { ...recording.tracks, screen } }, segments).tracks
    assert.deepEqual(
      tracksOf(off).map(({ medium }) => medium),
      ['mic'],
    )
    assert.deepEqual(tracksOf(failed).at(-1), {
      medium: 'screen',
      items: [{ fromMs: 0, toMs: 1_000, gap: 'notStarted', sinceMs: START }],
    })
  })

  test('an end before the start is that of a wrong clock: the timeline ends with the media', () => {
    const segments = [segmentOf('mic', 1, 0, 1_000), segmentOf('screen', 1, 0, 2_500)]
    const recording = recordingOf(segments, 2_500)
    const endedAt = new Date(START - 86_400_000).toISOString()
    const { durationMs, tracks } = buildTimeline({ ...recording, endedAt }, segments)
    assert.equal(durationMs, 2_500)
    assert.deepEqual(
      tracks.map(({ items }) => items.filter(isMedia).map(({ toMs }) => toMs)),
      [[1_000], [2_500]],
    )
  })
})
