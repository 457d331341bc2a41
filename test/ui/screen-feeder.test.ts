import assert from 'node:assert/strict'
import type { SegmentIndex } from '../../src/client/types.ts'
import type { MediaItem } from '../../src/composition/plan/timeline.ts'
import type { PictureBuffer } from '../../src/ui/player/playing/picture-buffer.ts'
import { ScreenFeeder } from '../../src/ui/player/playing/screen-feeder.ts'
import { groupAt } from '../../src/ui/player/playing/screen-segment.ts'
import { segmentOf } from '../composition/support/recordings.ts'
import { suite } from '../support/suite.ts'

/** The segment begins in the recording here. */
const FROM_MS = 1_000
const INIT = 700
const BYTES = 10_000_000
/** A still stretch makes groups long in time and short in bytes; a busy one the reverse. */
const INDEX: SegmentIndex = {
  ...{ bytes: BYTES, initBytes: INIT, codec: 'avc1.42c028' },
  keyFrames: [
    [0, INIT],
    [600_000, 20_000],
    [610_000, 5_000_000],
    [640_000.5, 9_000_000],
  ],
}

/** Shows what it gets at once: a group's pictures from its first byte on, evenly in its bytes. */
class FakeBuffer implements PictureBuffer {
  failed = false
  error: unknown
  begun = 0
  ranges: { fromMs: number; toMs: number }[] = []
  /** Stretches without pictures in the file. */
  lacking: { fromMs: number; toMs: number }[] = []

  fail(error: unknown): void {
    this.failed = true
    this.error = error
  }

  endOf(ms: number): number | null {
    return this.ranges.find(({ fromMs, toMs }) => fromMs <= ms && ms < toMs)?.toMs ?? null
  }

  startAfter(ms: number): number {
    return Math.min(...this.ranges.flatMap(({ fromMs }) => (fromMs > ms ? [fromMs] : [])))
  }

  async begin(): Promise<void> {
    this.begun++
  }

  async append(bytes: Uint8Array): Promise<void> {
    const at = Number(new DataView(bytes.buffer).getFloat64(0))
    this.#show(this.#timeOf(at), this.#timeOf(at + bytes.length))
  }

  #timeOf(offset: number): number {
    const last = INDEX.keyFrames.findLastIndex(([, first]) => first <= offset)
    const [fromMs, first] = INDEX.keyFrames[last] ?? [0, 0]
    const [toMs, end] = INDEX.keyFrames[last + 1] ?? [660_000, BYTES]
    return FROM_MS + fromMs + ((toMs - fromMs) * (offset - first)) / (end - first)
  }

  #show(fromMs: number, toMs: number): void {
    const hole = this.lacking.find((one) => one.fromMs < toMs && one.toMs > fromMs)
    const shown = [{ fromMs, toMs }]
    if (hole) shown.splice(0, 1, { fromMs, toMs: hole.fromMs }, { fromMs: hole.toMs, toMs })
    const all = [...this.ranges, ...shown.filter((one) => one.fromMs < one.toMs)]
    this.ranges = []
    for (const one of all.toSorted((a, b) => a.fromMs - b.fromMs)) {
      const last = this.ranges.at(-1)
      if (last && one.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, one.toMs)
      else this.ranges.push({ ...one })
    }
  }
}

suite('reading the screen for the player', (test) => {
  let buffer: FakeBuffer
  let reads: [first: number, last: number][]
  let feeder: ScreenFeeder
  let onRead: () => void

  test.beforeEach(() => {
    buffer = new FakeBuffer()
    reads = []
    onRead = () => {}
    const segment = segmentOf('screen', 1, FROM_MS, FROM_MS + 660_000)
    const item: MediaItem = { fromMs: FROM_MS, toMs: FROM_MS + 660_000, segment }
    feeder = new ScreenFeeder({ medium: 'screen', media: [item], gaps: [] }, buffer, () => ({
      readIndex: async () => INDEX,
      read: async (first, last) => {
        reads.push([first, last])
        assert.ok(reads.length < 50, 'it reads again and again')
        onRead()
        const bytes = new Uint8Array(last - first + 1)
        new DataView(bytes.buffer).setFloat64(0, first)
        return bytes
      },
    }))
  })

  /** Waits until nothing is read any more. Everything is in memory, so turns of the loop do. */
  const settle = async (): Promise<void> => {
    for (let before = -1; before !== reads.length; ) {
      before = reads.length
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    }
    assert.equal(buffer.error, undefined)
  }

  test('a jump reads the beginning of the file once, and its picture from the key frame', async () => {
    feeder.want(FROM_MS + 300_000)
    await settle()
    assert.deepEqual(reads, [
      [0, INIT - 1],
      [INIT, 19_999],
    ])
    reads.length = 0
    feeder.want(FROM_MS + 645_000)
    await settle()
    assert.deepEqual(reads, [[9_000_000, BYTES - 1]])
  })

  test('what comes next is read from where the last group ended, without a new beginning', async () => {
    feeder.want(FROM_MS + 599_000)
    await settle()
    assert.deepEqual(reads[1], [INIT, 19_999])
    assert.equal(reads[2]?.[0], 20_000)
    assert.equal(reads.at(-1)?.[1], 8_999_999)
    assert.equal(buffer.begun, 1)
    assert.ok((buffer.endOf(FROM_MS + 599_000) ?? 0) >= FROM_MS + 619_000)
  })

  test('a large group is read in stretches, and left when nobody wants it any more', async () => {
    onRead = () => {
      if (reads.at(-1)?.[0] === 20_000) feeder.want(FROM_MS + 650_000)
    }
    feeder.want(FROM_MS + 605_000)
    await settle()
    assert.deepEqual(
      reads.map(([first]) => first),
      [0, 20_000, 9_000_000],
    )
  })

  test('pictures that the file lacks are passed over', async () => {
    buffer.lacking = [{ fromMs: FROM_MS + 603_000, toMs: FROM_MS + 604_000 }]
    feeder.want(FROM_MS + 603_500)
    await settle()
    assert.ok((buffer.endOf(FROM_MS + 604_000) ?? 0) >= FROM_MS + 623_000)
    const count = reads.length
    feeder.want(FROM_MS + 603_600)
    feeder.want(FROM_MS + 602_000)
    await settle()
    assert.ok(reads.length <= count + 10, `${reads.length - count} more`)
  })

  test('the group of every moment is the one that its key frame begins', () => {
    const offsetAt = (ms: number) => groupAt(INDEX, ms)?.offset
    assert.deepEqual([0, 599_999, 600_000, 640_000, 640_000.5, 1e9].map(offsetAt), [
      INIT,
      INIT,
      20_000,
      5_000_000,
      9_000_000,
      9_000_000,
    ])
    assert.equal(groupAt({ ...INDEX, keyFrames: [] }, 0), null)
  })
})
