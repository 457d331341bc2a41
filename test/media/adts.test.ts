import assert from 'node:assert/strict'
import { readAdtsFrame } from '../../src/media/adts.ts'
import { FormatError } from '../../src/media/format-error.ts'
import { parameterSets } from '../../src/media/parameter-sets.ts'
import { suite } from '../support/suite.ts'

/** A frame of 9 bytes, as ffmpeg writes it at 48 kHz in stereo. */
const FRAME = Buffer.from('fff14c80013ffcabcd', 'hex')

suite('a frame of AAC in ADTS', (test) => {
  test('is read when it is complete, without its header', () => {
    const frame = readAdtsFrame(Buffer.concat([FRAME, FRAME]))
    assert.equal(frame?.bytes.length, FRAME.length)
    assert.equal(frame?.data.toString('hex'), 'abcd')
    for (let length = 0; length < FRAME.length; length++)
      assert.equal(readAdtsFrame(FRAME.subarray(0, length)), undefined)
  })

  test('is nothing else', () => {
    for (const hex of ['00f14c80013ffcabcd', 'fff04c80013ffcabcd', 'fff14c8000fffcabcd'])
      assert.throws(() => readAdtsFrame(Buffer.from(hex, 'hex')), FormatError, hex)
  })
})

suite('the parameter sets of H.264', (test) => {
  test('stand in a sample as they do in avcC, each after its length', () => {
    const sets = parameterSets('0142c01effe1000267aa010003 68bbcc'.replace(' ', ''))
    assert.equal(sets.toString('hex'), '0000000267aa0000000368bbcc')
  })

  test('are refused when avcC is cut, or has lengths of another size', () => {
    assert.throws(() => parameterSets('0142c01effe1000267aa01000368bb'), FormatError)
    assert.throws(() => parameterSets('0142c01efde1000267aa01000368bbcc'), FormatError)
  })
})
