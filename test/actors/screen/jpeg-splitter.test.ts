import assert from 'node:assert/strict'
import { JpegSplitter } from '../../../src/actors/screen/jpeg-splitter.ts'
import { suite } from '../../support/suite.ts'

const picture = (...body: number[]): Buffer => Buffer.from([0xff, 0xd8, ...body, 0xff, 0xd9])

suite('splitting JPEGs', (test) => {
  const pictures = [picture(1, 2, 3), picture(0xff, 0x00, 0xff), picture()]
  const stream = Buffer.concat(pictures)

  test('pictures come out whole, however the stream is cut', () => {
    for (let size = 1; size <= stream.length; size++) {
      const splitter = new JpegSplitter()
      const found: Buffer[] = []
      for (let at = 0; at < stream.length; at += size)
        found.push(...splitter.push(stream.subarray(at, at + size)))
      assert.deepEqual(found, pictures, `chunks of ${size} bytes`)
    }
  })

  test('a stream without an end does not fill the memory', () => {
    const splitter = new JpegSplitter()
    for (let chunk = 0; chunk < 3; chunk++) splitter.push(Buffer.alloc(600_000))
    assert.deepEqual(splitter.push(picture(7)), [picture(7)])
  })
})
