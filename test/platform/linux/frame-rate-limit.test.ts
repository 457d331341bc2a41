import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { atMost } from '../../../src/platform/linux/portal/cast-command.ts'
import { suite } from '../../support/suite.ts'

/** The times (ms) of the frames of a source that pass a limit of 15 frames a second. */
function passed(source: string): number[] {
  const args = ['-v', 'error', '-f', 'lavfi', '-i', `${source},${atMost(15)}`]
  const shown = ['-show_entries', 'frame=pts_time', '-of', 'csv=p=0']
  return execFileSync('ffprobe', [...args, ...shown], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean)
    .map((line) => Math.round(Number(line.split(',')[0]) * 1_000))
}

/** A source with frames at these times (ms). */
function framesAt(times: readonly number[]): string {
  const seconds = ((times.at(-1) ?? 0) + 1) / 1_000
  const wanted = times.map((at) => `eq(n\\,${at})`).join('+')
  return `nullsrc=size=16x16:rate=1000:duration=${seconds},select=${wanted}`
}

suite('the limit of the frame rate', (test) => {
  test('lets a change pass right after a repeated frame', () => {
    const times = [0, 250, 500, 510, 577, 644, 894]
    assert.deepEqual(passed(framesAt(times)), times)
  })

  test('lets frames pass that come a little early', () => {
    const times = Array.from({ length: 15 }, (_, i) => i * 67 - (i % 2) * 15)
    assert.deepEqual(passed(framesAt(times)), times)
  })

  test('holds back a compositor that sends sixty a second', () => {
    const count = passed('nullsrc=size=16x16:rate=60:duration=2').length
    assert.ok(count >= 30 && count <= 42, `${count} in two seconds`)
  })
})
