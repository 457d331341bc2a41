import assert from 'node:assert/strict'
import { buildChapters, type Chapter } from '../../../src/composition/plan/chapters.ts'
import { buildTimeline, removeCommonGaps } from '../../../src/composition/plan/timeline.ts'
import type { ChapterTag } from '../../../src/composition/port.ts'
import { suite } from '../../support/suite.ts'
import { recordingOf, START, segmentOf } from '../support/recordings.ts'

/** Ten seconds, a pause of 60 s, 20 s of which the screen lacks the last 10. */
const segments = [
  ...(['mic', 'screen'] as const).flatMap((medium) => [segmentOf(medium, 1, 0, 10_000)]),
  segmentOf('mic', 2, 70_000, 90_000),
  segmentOf('screen', 2, 70_004, 80_000),
]
const whole = buildTimeline(recordingOf(segments, 90_000), segments)

const tag = (key: string, value: ChapterTag['value'], ms: number): ChapterTag => ({
  key,
  value,
  at: new Date(START + ms).toISOString(),
})
const chapters = (tags: ChapterTag[], timeline = whole): Chapter[] =>
  buildChapters(whole, timeline, tags)

suite('chapters', (test) => {
  test('name gaps and tags, the first at 0', () => {
    assert.deepEqual(chapters([tag('topic', 'loan', 5_000), tag('pages', 12, 75_000)]), [
      { atMs: 0, title: 'Start' },
      { atMs: 5_000, title: 'topic: loan' },
      { atMs: 10_000, title: 'Paused' },
      { atMs: 70_000, title: 'Recording' },
      { atMs: 75_000, title: 'pages: 12' },
      { atMs: 80_000, title: 'Screen: stopped' },
    ])
  })

  test('in a file without gaps are at the shortened times, and name what was cut', () => {
    assert.deepEqual(
      chapters([tag('note', true, 40_000), tag('pages', 12, 75_000)], removeCommonGaps(whole)),
      [
        { atMs: 0, title: 'Start' },
        { atMs: 10_000, title: 'note: true · Paused (cut, 1:00)' },
        { atMs: 15_000, title: 'pages: 12' },
        { atMs: 20_000, title: 'Screen: stopped' },
      ],
    )
  })

  test('exclude tags set at the start, after the end, or by the recorder, but include markers', () => {
    const tags = [
      tag('customer', '4711', 0),
      tag('system.host', 'pc', 5_000),
      tag('outcome', 'signed', 90_000),
      tag('marker', 'intro', 0),
    ]
    assert.deepEqual(chapters(tags)[0], { atMs: 0, title: 'Marker: intro' })
    assert.ok(!JSON.stringify(chapters(tags)).match(/4711|host|signed/))
  })

  test('name markers by their labels, each at its own time', () => {
    const tags = [
      tag('marker', '', 1_000),
      tag('marker', '', 2_000),
      tag('marker.red', 'complaint', 3_000),
      tag('marker.blue', ' ', 4_000),
      tag('marker.offer', '', 5_000),
      tag('marker.offer', 'car', 6_000),
      tag('marker', 7, 7_000),
      tag('markers', 'x', 8_000),
    ]
    assert.deepEqual(
      chapters(tags)
        .slice(1, 9)
        .map(({ atMs, title }) => [atMs, title]),
      [
        [1_000, 'Marker'],
        [2_000, 'Marker'],
        [3_000, 'Marker: complaint'],
        [4_000, 'Marker'],
        [5_000, 'Marker: offer'],
        [6_000, 'Marker: offer: car'],
        [7_000, 'Marker: 7'],
        [8_000, 'markers: x'],
      ],
    )
  })

  test('less than half a second apart are joined', () => {
    const tags = [tag('a', 1, 5_000), tag('b', 2, 5_000), tag('c', 3, 5_400), tag('d', 4, 5_600)]
    assert.deepEqual(chapters(tags).slice(1, 3), [
      { atMs: 5_000, title: 'a: 1 · b: 2 · c: 3' },
      { atMs: 5_600, title: 'd: 4' },
    ])
  })

  test('have titles of one line, short enough for every player', () => {
    const [, chapter] = chapters([tag('long', `a\nb\u0000${'ü'.repeat(300)}`, 5_000)])
    assert.match(chapter!.title, /^long: a b ü+…$/)
    assert.ok(Buffer.byteLength(chapter!.title) <= 200)
  })
})
