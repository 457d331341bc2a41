import assert from 'node:assert/strict'
import { BlackWatch, isBlack } from '../../../src/actors/screen/black-watch.ts'
import { THUMBNAIL } from '../../../src/ffmpeg/thumbnail.ts'
import { suite } from '../../support/suite.ts'

const CELLS = THUMBNAIL.width * THUMBNAIL.height
const BLACK = Buffer.alloc(CELLS)
const DARK = Buffer.alloc(CELLS, 16)

/** A black picture with something bright in some cells. */
function black(brightCells: number): Buffer {
  return Buffer.alloc(CELLS).fill(255, 0, brightCells)
}

suite('a black screen', (test) => {
  test('shows nothing but a pointer', () => {
    assert.equal(isBlack(BLACK), true)
    assert.equal(isBlack(Buffer.alloc(CELLS, 4)), true)
    assert.equal(isBlack(black(4)), true)
    assert.equal(isBlack(black(5)), false)
    assert.equal(isBlack(DARK), false)
  })

  test('is reported once, after three seconds, and when it ends', () => {
    const reported: boolean[] = []
    const watch = new BlackWatch((present) => reported.push(present))
    for (const picture of [BLACK, BLACK, BLACK, DARK, BLACK, BLACK, BLACK]) watch.push(picture)
    assert.deepEqual(reported, [])
    watch.push(BLACK)
    watch.push(BLACK)
    assert.deepEqual(reported, [true])
    watch.push(DARK)
    watch.push(DARK)
    assert.deepEqual(reported, [true, false])
  })

  test('is found in chunks of any size', () => {
    const reported: boolean[] = []
    const watch = new BlackWatch((present) => reported.push(present))
    const stream = Buffer.concat([DARK, BLACK, BLACK, BLACK, BLACK, DARK])
    for (let at = 0; at < stream.length; at += 100) watch.push(stream.subarray(at, at + 100))
    assert.deepEqual(reported, [true, false])
  })
})
