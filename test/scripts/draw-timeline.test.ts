import assert from 'node:assert/strict'
import { drawTimeline } from '../../scripts/demo/draw-timeline.ts'
import { suite } from '../support/suite.ts'

suite('time line', (test) => {
  test('the time line shows media, each gap with its reason, and each tag at its time', () => {
    const drawn = drawTimeline(
      {
        span: { from: 1_000, to: 11_000 },
        tracks: [
          { name: 'mic', media: [{ from: 1_000, to: 11_000 }], gaps: [] },
          {
            name: 'screen',
            media: [
              { from: 1_500, to: 5_000 },
              { from: 9_000, to: 11_000 },
            ],
            gaps: [
              { from: 1_000, to: 1_500, reason: 'notStarted' },
              { from: 5_000, to: 9_000, reason: 'paused' },
            ],
          },
        ],
        marks: [
          { at: 2_000, label: 'early' },
          { at: 11_000, label: 'late' },
        ],
      },
      20,
    )
    assert.equal(
      drawn,
      [
        '         0 s           10.0 s',
        'mic      ====================',
        'screen   .=======.paused.====',
        'tag        ^ early',
        'tag                    late ^',
      ].join('\n'),
    )
  })

  test('the time line keeps its width with times outside of it and very short segments', () => {
    const drawn = drawTimeline(
      {
        span: { from: 0, to: 60_000 },
        tracks: [
          {
            name: 'mic',
            media: [{ from: 30_000, to: 30_010 }],
            gaps: [{ from: -5, to: 99_000, reason: 'x' }],
          },
        ],
        marks: [],
      },
      10,
    )
    assert.equal(drawn.split('\n')[1], `mic      ....x=....`)
  })
})
