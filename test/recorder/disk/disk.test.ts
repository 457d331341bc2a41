import assert from 'node:assert/strict'
import type { EventOf, EventType } from '../../../src/contract/events.ts'
import { MEDIA } from '../../../src/contract/media.ts'
import { QUALITY_PRESETS } from '../../../src/contract/quality.ts'
import { DEFAULT_RESERVE_BYTES } from '../../../src/disk/default-reserve.ts'
import { ByteRates, typicalRate } from '../../../src/recorder/disk/byte-rates.ts'
import { DiskWatch } from '../../../src/recorder/disk/disk-watch.ts'
import type { LogBallast } from '../../../src/store/port.ts'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'

const GB = 1_000_000_000
const { standard, sharp, small } = QUALITY_PRESETS

suite('byte rates', (test) => {
  test('are as is usual for the quality until something is measured', () => {
    const rates = new ByteRates()
    assert.equal(rates.bytesPerSecond(['mic'], standard), typicalRate('mic', standard))
    assert.ok(
      rates.bytesPerSecond(MEDIA, standard) > 60_000 &&
        rates.bytesPerSecond(MEDIA, standard) < 120_000,
    )
    assert.ok(rates.bytesPerSecond(MEDIA, small) < rates.bytesPerSecond(MEDIA, standard))
    assert.ok(rates.bytesPerSecond(MEDIA, sharp) > 2 * rates.bytesPerSecond(MEDIA, standard))
  })

  test('are measured over the last minute, and kept when a medium ends', () => {
    const rates = new ByteRates()
    for (let second = 0; second <= 4; second++)
      rates.observe('screen', 'a/1', second * 1_000_000, second * 1_000)
    assert.equal(
      rates.bytesPerSecond(['screen'], standard),
      typicalRate('screen', standard),
      'four seconds say nothing yet',
    )
    let bytes = 0
    for (let second = 5; second <= 120; second++) {
      bytes = second <= 60 ? second * 1_000_000 : 60_000_000 + (second - 60) * 10_000
      rates.observe('screen', 'a/1', bytes, second * 1_000)
    }
    assert.equal(
      Math.round(rates.bytesPerSecond(['screen'], standard)),
      10_000,
      'the minute before does not count',
    )
    rates.observe('screen', 'a/2', 0, 200_000)
    assert.equal(Math.round(rates.bytesPerSecond(['screen'], standard)), 10_000)
    assert.equal(
      Math.round(rates.bytesPerSecond(['screen', 'mic'], standard)),
      Math.round(10_000 + typicalRate('mic', standard)),
    )
  })
})

/** A ballast that only remembers. */
class FakeBallast implements LogBallast {
  readonly bytes = 1_000_000
  readonly done: string[] = []

  async ensure(): Promise<boolean> {
    this.done.push('keep')
    return true
  }

  async release(): Promise<boolean> {
    this.done.push('drop')
    return true
  }
}

suite('the disk watch', (test) => {
  // A timer may fire a moment early or late, which must not change the interval.
  for (const earlyMs of [-3, 0, 3])
    test(`looks every 4 s while idle, with ticks ${earlyMs} ms early`, async () => {
      const { setInterval } = globalThis
      const realNow = performance.now
      const start = realNow.call(performance)
      let tick = (): void => {}
      let now = start
      const looks: number[] = []
      performance.now = () => now
      globalThis.setInterval = ((run: () => void, ms: number) => {
        // Limits of an answer count ticks of their own.
        if (ms < 2_000) return setInterval(run, ms)
        tick = run
        return { unref: () => undefined }
      }) as unknown as typeof setInterval
      try {
        new DiskWatch({
          folder: '/',
          readFreeBytes: async () => {
            looks.push(now - start)
            return 100 * GB
          },
          recording: () => undefined,
          onLow: async () => {},
          onFull: async () => {},
        }).start()
        for (let count = 1; count <= 9; count++) {
          now = start + count * (2_000 - earlyMs)
          tick()
          await new Promise((resolve) => setImmediate(resolve))
        }
      } finally {
        performance.now = realNow
        globalThis.setInterval = setInterval
      }
      const gaps = looks.slice(1).map((at, index) => Math.round((at - looks[index]!) / 1_000))
      assert.deepEqual(gaps, [4, 4, 4, 4])
    })
})

suite('the disk watch, about the disk itself', (test) => {
  test('reports once that it is missing, and once that it is there; a log that is closed says nothing', async () => {
    let isThere: () => Promise<boolean> = async () => false
    const reports: boolean[] = []
    const watch = new DiskWatch({
      folder: '/',
      readFreeBytes: async () => 100 * GB,
      isThere: () => isThere(),
      recording: () => undefined,
      onLow: async () => {},
      onMissing: async (missing) => void reports.push(missing),
      onFull: async () => {},
    })
    const isMissing = async () => (await watch.check()).isMissing
    assert.deepEqual([await isMissing(), await isMissing()], [true, true])
    isThere = () => Promise.reject(new Error('The database is not open.'))
    assert.deepEqual(await watch.check().then((state) => [state.isMissing, state.freeBytes]), [
      ...[true, 100 * GB],
    ])
    isThere = async () => true
    assert.equal(await isMissing(), false)
    assert.deepEqual(reports, [true, false])
  })
})

suite('storage', (test) => {
  let bench: RecorderBench
  let ballast: FakeBallast
  let free: number
  let asked: number
  let answer: (() => Promise<number>) | undefined

  test.beforeEach(async () => {
    free = 100 * GB
    asked = 0
    answer = undefined
    ballast = new FakeBallast()
    bench = await RecorderBench.create({
      ballast,
      readFreeBytes: () => {
        asked++
        return answer?.() ?? Promise.resolve(free)
      },
    })
  })
  test.afterEach(() => bench.dispose())

  const application = () => bench.recorder.application('api')
  const codes = async () => (await application()).errors.map(({ code }) => code)
  /**
   * Looks at the disk, as the watch does by itself every other second; the events of a type so far.
   */
  async function seen<T extends EventType>(type: T): Promise<EventOf<T>[]> {
    await application()
    return (await bench.events()).filter((event): event is EventOf<T> => event.type === type)
  }

  test('the time left is what the reserve leaves, by the rates of what is recorded', async () => {
    const { storage } = await application()
    assert.equal(storage.freeBytes, free)
    const left = (media: typeof MEDIA | ['mic']) =>
      Math.floor((free - DEFAULT_RESERVE_BYTES) / new ByteRates().bytesPerSecond(media, standard))
    assert.equal(storage.recordableSeconds, left(MEDIA))
    await bench.command('api', 'recording.start', { media: ['mic'] })
    assert.equal((await application()).storage.recordableSeconds, left(['mic']))
    free = DEFAULT_RESERVE_BYTES
    assert.equal((await application()).storage.recordableSeconds, 0)
  })

  test('below the reserve a start is refused with 507, told in the log, and nothing changes', async () => {
    free = DEFAULT_RESERVE_BYTES - 1
    await application()
    await assert.rejects(
      bench.command('api', 'recording.start'),
      (error: { code: string; message: string }) => {
        assert.equal(error.code, 'STORAGE_FULL')
        assert.match(error.message, /256 MB are free.*256 MB.*reserve/)
        return true
      },
    )
    assert.equal(bench.platform.capturing, 0)
    const [failed] = await seen('command.failed')
    assert.deepEqual(
      [failed?.recordingId, failed?.data.command, failed?.data.code],
      [null, 'recording.start', 'STORAGE_FULL'],
    )
    assert.equal((await application()).recording, null)
    free = DEFAULT_RESERVE_BYTES
    await application()
    assert.equal((await bench.command('api', 'recording.start')).state, 'Active')
  })

  test('a paused recording is left alone at the reserve, and can neither be resumed nor given another medium', async () => {
    await bench.command('api', 'recording.start', { media: ['mic', 'screen'] })
    await bench.command('api', 'track.pause')
    free = 0
    assert.ok((await codes()).includes('STORAGE_FULL'))
    const paused = await bench.recorder.recording('current', 'api')
    for (const [name, media] of [
      ['track.resume', ['mic']],
      ['track.start', ['speaker']],
    ] as const)
      await assert.rejects(
        bench.command('api', name, { media: [...media], devices: {} } as never),
        {
          code: 'STORAGE_FULL',
        },
      )
    const after = await bench.recorder.recording('current', 'api')
    assert.equal(after.state, 'Paused')
    assert.deepEqual(after.tracks, paused.tracks)
    assert.deepEqual(bench.platform.capturing, 0)
    free = 100 * GB
    await application()
    assert.equal((await bench.command('api', 'track.resume')).state, 'Active')
  })

  test('a disk that is getting full is an event and an error, also when nothing is recorded, until there is clearly more', async () => {
    const low = async () => [
      (await seen('warning.raised')).length,
      (await seen('warning.cleared')).length,
    ]
    assert.deepEqual(await low(), [0, 0])
    free = 2 * DEFAULT_RESERVE_BYTES - 1
    await eventually('the warning is raised', async () => (await low())[0] === 1)
    assert.deepEqual(await codes(), ['STORAGE_LOW'])
    assert.equal((await application()).state, 'Error')
    assert.match(
      (await seen('warning.raised'))[0]!.data.detail,
      /512 MB are free.*256 MB.*reserve.*minutes/,
    )
    free = 2.4 * DEFAULT_RESERVE_BYTES
    assert.deepEqual(await low(), [1, 0])
    assert.deepEqual(await low(), [1, 0])
    free = 2.6 * DEFAULT_RESERVE_BYTES
    await eventually('the warning is cleared', async () => (await low())[1] === 1)
    assert.deepEqual(await codes(), [])
    assert.deepEqual([(await seen('warning.raised'))[0]!.recordingId, await low()], [null, [1, 1]])
  })

  test('less than half an hour is getting full, whatever is free', async () => {
    free = 20 * GB
    await bench.command('api', 'recording.start', { media: ['screen'] })
    assert.deepEqual(await codes(), [])
    // As if eleven gigabytes came every quarter of an hour.
    bench.platform.progress('screen', 0)
    const realNow = performance.now.bind(performance)
    try {
      for (const second of [3, 6, 9]) {
        performance.now = () => realNow() + second * 1_000
        bench.platform.progress('screen', second * 12_000_000)
      }
    } finally {
      performance.now = realNow
    }
    await eventually('the warning is raised', async () => (await codes()).includes('STORAGE_LOW'))
    assert.ok((await application()).storage.recordableSeconds < 1_800)
  })

  test('at the reserve what is recorded ends as storageFull, and the error lasts until there is space', async () => {
    const { id } = await bench.command('api', 'recording.start', { require: 'all' })
    await bench.command('api', 'track.pause', { media: ['mic'] })
    free = DEFAULT_RESERVE_BYTES - 1
    const over = await eventually('the recording is over', async () => {
      await application()
      const now = await bench.recorder.recording(id, 'api')
      return now.state === 'WrapUp' && now
    })
    assert.equal(bench.platform.capturing, 0)
    for (const medium of MEDIA) {
      assert.equal(over.tracks[medium]?.state, 'stopped')
      assert.equal(over.tracks[medium]?.segments, 1)
    }
    assert.deepEqual(
      (await seen('track.stopping')).map(({ data, by }) => [data.medium, data.reason, by.side]),
      [
        ['speaker', 'storageFull', 'system'],
        ['screen', 'storageFull', 'system'],
      ],
    )
    assert.deepEqual(
      [...new Set((await seen('track.stopped')).map(({ data }) => data.reason))],
      ['storageFull'],
    )
    assert.deepEqual(
      (await seen('recording.wrapUpStarted')).map(({ data }) => data.reason),
      ['storageFull'],
    )
    assert.ok((await codes()).includes('STORAGE_FULL'))
    assert.equal(
      (await bench.command('api', 'recording.tag', { tags: { late: 1 } })).tags.at(-1)?.value,
      1,
    )
    free = 100 * GB
    await eventually('all is well', async () => (await codes()).length === 0)
    assert.equal((await application()).state, 'Idle')
  })

  test('a medium that finds no space ends all of them at once, with no try to get it back', async () => {
    const { id } = await bench.command('api', 'recording.start')
    bench.platform.outOfSpace('screen')
    await eventually(
      'the recording is over',
      async () => (await bench.recorder.recording(id, 'api')).state === 'WrapUp',
    )
    assert.deepEqual(await seen('track.recovering'), [])
    const over = await bench.recorder.recording(id, 'api')
    for (const medium of MEDIA)
      assert.deepEqual([over.tracks[medium]?.state, over.tracks[medium]?.segments], ['stopped', 1])
    assert.deepEqual(
      [...new Set((await seen('track.stopped')).map(({ data }) => data.reason))],
      ['storageFull'],
    )
    assert.ok(ballast.done.includes('drop'), 'and leaves room for the log')
  })

  test('the ballast is made when there is room, and only then', async () => {
    await eventually('it is made', () => ballast.done.length > 0)
    await application()
    assert.deepEqual(ballast.done, ['keep'], 'once')
    await bench.recorder.close()
    ballast.done.length = 0
    free = DEFAULT_RESERVE_BYTES + ballast.bytes
    await bench.open()
    await application()
    assert.deepEqual(ballast.done, [])
    free = 100 * GB
    await application()
    await eventually('it is made', () => ballast.done.length > 0)
  })

  test('a disk that does not answer is asked once, keeps nobody waiting, and is an error', async () => {
    await application()
    const before = asked
    let release = (_: number): void => {}
    answer = () =>
      new Promise((resolve) => {
        release = resolve
      })
    const at = performance.now()
    const [first] = await Promise.all([application(), application(), application()])
    assert.ok(performance.now() - at < 1_900, 'it takes a second')
    assert.equal(asked, before + 1)
    assert.deepEqual(
      first.errors.map(({ code }) => code),
      ['STORAGE_UNAVAILABLE'],
    )
    assert.equal(
      (await bench.command('api', 'recording.start')).state,
      'Active',
      'it may be slow only',
    )
    answer = undefined
    release(free)
    assert.deepEqual(await eventually('it answers', async () => (await codes()).length === 0), true)
  })
})
