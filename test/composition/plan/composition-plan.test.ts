import assert from 'node:assert/strict'
import {
  type ComposableRecording,
  planComposition,
} from '../../../src/composition/plan/composition-plan.ts'
import { isMedia } from '../../../src/composition/plan/timeline.ts'
import type { CompositionRequest } from '../../../src/composition/port.ts'
import { RecorderError } from '../../../src/contract/errors.ts'
import type { GapReason } from '../../../src/contract/gap-reason.ts'
import { suite } from '../../support/suite.ts'
import { recordingOf, START, segmentOf } from '../support/recordings.ts'

const FILL: CompositionRequest = { kind: 'export', gaps: 'fill', audio: 'mix' }
const CUT: CompositionRequest = { ...FILL, gaps: 'cut' }
const DAY_MS = 86_400_000

/** Microphone and screen end within a second of each other. The recorder restarts much later. */
function interrupted(durationMs: number, screenReason: GapReason = 'interrupted') {
  const segments = [segmentOf('mic', 1, 0, 20_000), segmentOf('screen', 1, 500, 19_500)]
  const recording = recordingOf(segments, durationMs)
  for (const [medium, reason] of [
    ['mic', 'interrupted'],
    ['screen', screenReason],
  ] as const) {
    const last = recording.tracks[medium]!.gaps.at(-1)!
    last.reason = reason
  }
  return { recording, segments }
}

function plan(
  { recording, segments }: ReturnType<typeof interrupted>,
  request: CompositionRequest,
) {
  return planComposition(recording, segments, request, '1.2.3')
}

suite('the plan of a file', (test) => {
  test('shows ten seconds of an outage at the end, in chapters, tracks and length alike', () => {
    const { timeline, chapters } = plan(interrupted(DAY_MS), FILL)
    assert.equal(timeline.durationMs, 30_000)
    for (const { items } of timeline.tracks) assert.equal(items.at(-1)!.toMs, 30_000)
    assert.deepEqual(chapters.at(-1), { atMs: 20_000, title: 'Interrupted' })
    const mic = plan(interrupted(DAY_MS), { kind: 'track', medium: 'mic' })
    assert.equal(mic.timeline.durationMs, 30_000, 'a track is as long as the export')
    assert.equal(
      plan(interrupted(DAY_MS, 'stopped'), FILL).timeline.durationMs,
      30_000,
      'the screen was stopped before',
    )
  })

  test('keeps every other end at its full length', () => {
    assert.equal(plan(interrupted(29_000), FILL).timeline.durationMs, 29_000)
    const stopped = interrupted(DAY_MS)
    for (const track of Object.values(stopped.recording.tracks))
      track.gaps.at(-1)!.reason = 'stopped'
    assert.equal(plan(stopped, FILL).timeline.durationMs, DAY_MS)
    const outage = interrupted(DAY_MS)
    const segments = [...outage.segments, segmentOf('mic', 2, DAY_MS - 1_000, DAY_MS)]
    const recording = recordingOf(segments, DAY_MS, {
      mic: [
        [0, 0, 'notStarted'],
        [0, 0, 'interrupted'],
      ],
    })
    const { timeline } = plan({ recording, segments }, FILL)
    assert.equal(timeline.durationMs, DAY_MS, 'an outage in the middle')
    assert.ok(isMedia(timeline.tracks[0]!.items.at(-1)!))
  })

  test('knows the real length of an outage that is cut', () => {
    const { timeline, chapters } = plan(interrupted(3_620_000), CUT)
    assert.equal(timeline.durationMs, 20_000)
    assert.deepEqual(timeline.removedSpans, [
      { atMs: 20_000, fromMs: 20_000, toMs: 3_620_000, reason: 'interrupted' },
    ])
    assert.ok(chapters.every(({ atMs }) => atMs < 20_000))
  })

  test('is refused where nothing was recorded, or the recording has no such track', () => {
    const refused = (
      recording: ComposableRecording,
      request: CompositionRequest,
      code: string,
      detail: RegExp,
    ) =>
      assert.throws(
        () => planComposition(recording, [], request, '1.2.3'),
        (error) =>
          error instanceof RecorderError && error.code === code && detail.test(error.message),
      )
    const empty = recordingOf([], 1_000)
    refused(empty, FILL, 'INVALID_STATE', /^Nothing was recorded/)
    refused(empty, { kind: 'track', medium: 'mic' }, 'NOT_FOUND', /no such track/)
    const track = recordingOf([segmentOf('mic', 1, 0, 1)], 1_000).tracks.mic!
    const failed = { ...track, state: 'failed' as const, spans: [] }
    failed.gaps = [
      { from: empty.startedAt, to: new Date(START + 1_000).toISOString(), reason: 'captureFailed' },
    ]
    for (const request of [FILL, CUT, { kind: 'track', medium: 'mic' } as const])
      refused(
        { ...empty, tracks: { mic: failed } },
        request,
        'INVALID_STATE',
        /^Nothing was recorded/,
      )
  })
})
