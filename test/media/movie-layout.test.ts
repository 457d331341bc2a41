import assert from 'node:assert/strict'
import { findBox, readBox } from '../../src/media/fmp4.ts'
import type { Movie, MovieTrack } from '../../src/media/movie.ts'
import { layOutMovie } from '../../src/media/movie-layout.ts'
import { opusEntry } from '../../src/media/sample-entries.ts'
import { SampleTable } from '../../src/media/sample-table.ts'
import { suite } from '../support/suite.ts'

const TABLE = ['mdia', 'minf', 'stbl']

/** A track of samples that have the same size and duration. */
function trackOf(count: number, bytes: number, timescale = 1_000, duration = 40): MovieTrack {
  const samples = new SampleTable()
  for (let at = 0; at < count; at++) samples.add({ bytes, duration, isKeyFrame: at % 10 === 0 })
  const durationMs = (count * duration * 1_000) / timescale
  const place = { startMs: 0, skipped: 0, durationMs, timescale }
  const entry = opusEntry({ channels: 1, preSkip: 312 })
  return { kind: 'video', isEnabled: true, ...place, entry, samples }
}

function movieOf(...tracks: MovieTrack[]): Movie {
  const durationMs = Math.max(...tracks.map((track) => track.durationMs))
  const texts = { title: 'T', comment: 'C', encoder: 'E', chapters: [] }
  return { tracks, durationMs, createdAt: 0, ...texts }
}

/** The boxes of a file's beginning, and where its media begin. */
function read(head: Buffer) {
  const type = readBox(head)!
  const moov = readBox(head.subarray(type.bytes.length))!
  assert.deepEqual([type.type, moov.type], ['ftyp', 'moov'])
  const mdatAt = type.bytes.length + moov.bytes.length
  return { moov: moov.bytes, mdat: head.subarray(mdatAt), mediaAt: head.length }
}

/** The content of a table of the first track. */
const table = (moov: Buffer, name: string): Buffer | undefined =>
  findBox(moov, ['trak', ...TABLE, name])

suite('the layout of a movie', (test) => {
  test('puts each chunk where its samples are, and takes turns every second', () => {
    const movie = movieOf(trackOf(100, 7), trackOf(200, 3, 48_000, 960))
    const { head, chunks } = layOutMovie(movie)
    const { moov, mdat, mediaAt } = read(head)
    assert.deepEqual(
      chunks.map(({ track, count }) => [track, count]),
      Array.from({ length: 4 }, () => [
        [0, 25],
        [1, 50],
      ]).flat(),
    )
    assert.equal(mdat.readUInt32BE(0), 8 + 100 * 7 + 200 * 3)
    const offsets = table(moov, 'stco')!
    assert.equal(offsets.readUInt32BE(12), 4)
    const turn = 25 * 7 + 50 * 3
    for (const at of [0, 1, 2, 3])
      assert.equal(offsets.readUInt32BE(16 + 4 * at), mediaAt + at * turn)
    assert.equal(table(moov, 'co64'), undefined)
  })

  test('counts each sample once: sizes, durations in runs, and key frames from 1', () => {
    const { moov } = read(layOutMovie(movieOf(trackOf(100, 7))).head)
    const numbers = (name: string): number[] => {
      const box = table(moov, name)!.subarray(12)
      return Array.from({ length: box.length / 4 }, (_, at) => box.readUInt32BE(4 * at))
    }
    assert.deepEqual(numbers('stts'), [1, 100, 40])
    assert.deepEqual(numbers('stss'), [10, 1, 11, 21, 31, 41, 51, 61, 71, 81, 91])
    assert.deepEqual(numbers('stsz'), [0, 100, ...Array.from({ length: 100 }, () => 7)])
    assert.deepEqual(numbers('stsc'), [1, 1, 25, 1])
  })

  test('uses long offsets for a file of several gigabytes', () => {
    const bytes = 300_000_000
    const { head, chunks } = layOutMovie(movieOf(trackOf(100, bytes)))
    const { moov, mdat, mediaAt } = read(head)
    assert.equal(mdat.readUInt32BE(0), 1)
    assert.equal(mdat.readBigUInt64BE(8), BigInt(16 + 100 * bytes))
    const offsets = table(moov, 'co64')!
    for (const [at, { first }] of chunks.entries())
      assert.equal(offsets.readBigUInt64BE(16 + 8 * at), BigInt(mediaAt + first * bytes))
  })

  test('holds hours of samples', () => {
    const { head, chunks } = layOutMovie(movieOf(trackOf(700_000, 70, 48_000, 960)))
    assert.equal(chunks.length, 14_000)
    assert.equal(table(read(head).moov, 'stsz')!.readUInt32BE(16), 700_000)
  })
})
