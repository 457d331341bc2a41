import assert from 'node:assert/strict'
import { treePssMb } from '../../bench/processes.ts'
import { alone, compared, markdownTable, reaches } from '../../bench/table.ts'
import { suite } from '../support/suite.ts'

suite('the table of the bench', (test) => {
  test('a ratio is the median of the ratios of the rounds, not the ratio of the medians', () => {
    const row = compared('stop, against OBS', 'ms', [10, 30, 20], [100, 100, 400], {
      of: 'ratio',
      atMost: 0.2,
    })
    assert.deepEqual([row.ours, row.other, row.ratio], [20, 100, 0.1])
    assert.equal(reaches(row), true)
    assert.equal(reaches({ ...row, ratio: 0.21 }), false)
  })

  test('a program that is not installed is named so and counts as no missed aim', () => {
    const row = compared('stop, against OBS', 'ms', [10], 'not installed', {
      of: 'ratio',
      atMost: 0.2,
    })
    assert.equal(row.ratio, null)
    assert.equal(reaches(row), null)
    const [, , line] = markdownTable([row]).split('\n')
    assert.deepEqual(
      line?.split('|').map((cell) => cell.trim()),
      ['', 'stop, against OBS', '10', 'not installed', 'ms', '', '≤ 0.2', '', ''],
    )
  })

  test('a figure without a comparison is checked against its own aim', () => {
    assert.equal(reaches(alone('idle memory', 'MB', 120, { of: 'ours', atMost: 110 })), false)
    assert.equal(reaches(alone('idle memory', 'MB', 120)), null)
    // A missing ratio misses its aim.
    assert.equal(reaches({ ...alone('stop', 'ms', 1), aim: { of: 'ratio', atMost: 1 } }), false)
  })

  test.unless(
    process.platform === 'linux' ? null : 'memory is read from /proc',
    'memory includes all descendants of a process',
    () => {
      const own = treePssMb([process.pid])
      assert.ok(own > 10 && own < 1_000, `${own} MB`)
      assert.equal(treePssMb([]), 0)
    },
  )
})
