import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Splitter } from '../../src/media/splitter.ts'
import { controlPacket, readPacket, soundPacket } from '../../src/pulse/packets.ts'
import {
  arbitrary,
  bool,
  fullVolume,
  properties,
  soundFormat,
  TagReader,
  text,
  u8,
  u32,
} from '../../src/pulse/tagstruct.ts'
import { suite } from '../support/suite.ts'

suite('the wire format of sound servers', (test) => {
  test('what is encoded is read again', () => {
    const bytes = Buffer.concat([
      ...[u32(4_294_967_295), u8(7), bool(true), bool(false), text('Mikrofon ü'), text(null)],
      ...[
        properties({ 'media.name': 'mic', empty: '' }),
        soundFormat({ rate: 48_000, channels: 2 }),
      ],
      ...[fullVolume(2), u32(1)],
    ])
    const reader = new TagReader(bytes)
    assert.deepEqual(
      [reader.u32(), reader.u8(), reader.bool(), reader.bool(), reader.text(), reader.text()],
      [4_294_967_295, 7, true, false, 'Mikrofon ü', null],
    )
    assert.deepEqual(
      [...reader.properties()],
      [
        ['media.name', 'mic'],
        ['empty', ''],
      ],
    )
    reader.skipSoundFormat()
    reader.skipChannelVolumes()
    assert.equal(reader.isAtEnd, false)
    assert.equal(reader.u32(), 1)
    assert.equal(reader.isAtEnd, true)
  })

  test('is that of libpulse', () => {
    // The beginning of what `pactl` sends to authenticate, and what it names itself.
    assert.equal(
      controlPacket([u32(8), u32(0), u32(32), arbitrary(Buffer.alloc(2, 1))]).toString('hex'),
      '00000016' +
        'ffffffff' +
        '0'.repeat(24) +
        '4c00000008' +
        '4c00000000' +
        '4c00000020' +
        '78000000020101',
    )
    assert.equal(
      properties({ a: 'b' }).toString('hex'),
      '50' + '746100' + '4c00000002' + '7800000002' + '6200' + '4e',
    )
    assert.equal(
      soundFormat({ rate: 48_000, channels: 1 }).toString('hex'),
      '6103010000bb80' + '6d0100',
    )
  })

  test('garbage is a RangeError, and never read beyond its end', () => {
    const readers: ((reader: TagReader) => unknown)[] = [
      (reader) => reader.u32(),
      (reader) => reader.text(),
      (reader) => reader.bool(),
      (reader) => reader.properties(),
      (reader) => reader.skipSoundFormat(),
      (reader) => reader.skipChannelVolumes(),
      (reader) => reader.skipFormatInfo(),
    ]
    const tags = fc.constantFrom(...Buffer.from('tNLBax10UmvVPf\0'))
    fc.assert(
      fc.property(fc.array(fc.oneof(tags, fc.nat(255)), { maxLength: 40 }), (bytes) => {
        for (const read of readers)
          try {
            read(new TagReader(Buffer.from(bytes)))
          } catch (error) {
            assert.ok(error instanceof RangeError, String(error))
          }
      }),
    )
  })

  test('packets are found in chunks of any size', () => {
    const packets = [
      controlPacket([u32(2)]),
      soundPacket(3, Buffer.alloc(960, 1)),
      controlPacket([]),
    ]
    const bytes = Buffer.concat(packets)
    for (const size of [1, 7, 20, 21, 500, bytes.length]) {
      const splitter = new Splitter(readPacket)
      const found = []
      for (let at = 0; at < bytes.length; at += size)
        found.push(...splitter.push(bytes.subarray(at, at + size)))
      assert.deepEqual(
        found.map(({ channel, content }) => [channel, content.length]),
        [
          [null, 5],
          [3, 960],
          [null, 0],
        ],
      )
    }
  })

  test('a packet that is too long or in shared memory is none', () => {
    const long = controlPacket([])
    long.writeUInt32BE(1_048_577, 0)
    assert.throws(() => readPacket(long), RangeError)
    const shared = soundPacket(0, Buffer.alloc(4))
    shared.writeUInt32BE(0x8000_0000, 16)
    assert.throws(() => readPacket(shared), RangeError)
  })
})
