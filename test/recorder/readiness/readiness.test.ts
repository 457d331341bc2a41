import assert from 'node:assert/strict'
import type { CustodyRules } from '../../../src/contract/custody.ts'
import type { DesktopProblem } from '../../../src/contract/desktop.ts'
import { MEDIA, type Medium } from '../../../src/contract/media.ts'
import type { ReadinessCheck } from '../../../src/contract/views.ts'
import { DEFAULT_RESERVE_BYTES } from '../../../src/disk/default-reserve.ts'
import {
  clockChecks,
  encoderChecks,
  lockChecks,
  logChecks,
  type SystemParts,
} from '../../../src/recorder/readiness/system-checks.ts'
import { holdThread } from '../../support/hold-thread.ts'
import { RecorderBench, RULES } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'

suite('readiness', (test) => {
  let bench: RecorderBench
  let free: number

  test.beforeEach(async () => {
    free = 1e12
    bench = await RecorderBench.create({ readFreeBytes: async () => free })
  })
  test.afterEach(() => bench.dispose())

  /** Makes the checks, and verifies what every check promises. */
  async function check(media?: Medium[]) {
    const at = performance.now()
    const view = await bench.recorder.readiness(media)
    assert.ok(performance.now() - at < 2_000, 'an answer within 2 s')
    for (const { id, result, detail, remedy } of view.checks) {
      assert.ok(detail.length > 2, id)
      assert.ok(result === 'pass' || remedy, `${id} says what to do`)
    }
    assert.equal(view.ready, !view.checks.some(({ result }) => result === 'fail'))
    const of = (id: string, medium?: Medium): ReadinessCheck | undefined =>
      view.checks.find((check) => check.id === id && check.medium === medium)
    return { ...view, of }
  }

  test('every check of a healthy computer passes, and a speaker may be silent', async () => {
    const { ready, checks, of } = await check()
    assert.equal(ready, true)
    assert.deepEqual([...new Set(checks.map(({ result }) => result))], ['pass'])
    assert.deepEqual(of('level', 'mic')?.level, { rmsDb: -42, peakDb: -30 })
    assert.match(of('level', 'speaker')?.detail ?? '', /Nothing is playing/)
    assert.ok(of('picture', 'screen') && of('encoder') && of('disk') && of('clock') && of('log'))
    assert.deepEqual([...bench.platform.probed].sort(), [...MEDIA].sort())
    assert.equal(bench.platform.probing, 0)
  })

  test('only the requested media are checked', async () => {
    const { checks } = await check(['screen'])
    assert.deepEqual(bench.platform.probed, ['screen'])
    assert.deepEqual([...new Set(checks.flatMap(({ medium }) => medium ?? []))], ['screen'])
  })

  test('a device with a fault fails, with a remedy', async () => {
    const nothing = {
      problem: null,
      level: { rmsDb: -120, peakDb: -120 },
      empty: true,
      muted: true,
    }
    bench.platform.probes = {
      mic: { ...nothing, muted: false },
      speaker: nothing,
      screen: { problem: null, level: null, empty: true, muted: null },
    }
    const wrong = await check()
    assert.deepEqual(
      wrong.checks
        .filter(({ result }) => result !== 'pass')
        .map(({ id, medium, result }) => [medium, id, result]),
      [
        ['mic', 'level', 'fail'],
        ['speaker', 'mute', 'warn'],
        ['screen', 'picture', 'fail'],
      ],
    )
    bench.platform.probes.mic = nothing
    const muted = await check(['mic'])
    assert.deepEqual(
      [muted.of('mute', 'mic')?.result, muted.of('level', 'mic')],
      ['fail', undefined],
      'the reason alone',
    )
    bench.platform.probes.mic = {
      problem: 'Nothing came within 1.3 s.',
      level: null,
      empty: false,
      muted: null,
    }
    const { of } = await check(['mic'])
    assert.equal(of('delivering', 'mic')?.result, 'fail')
    bench.platform.missing.add('speaker')
    const gone = await check(['speaker'])
    assert.match(gone.of('device', 'speaker')?.remedy ?? '', /taken away on purpose/)
    assert.equal(gone.of('delivering', 'speaker'), undefined)
  })

  test('a recorded medium is checked by its track and not opened again', async () => {
    await bench.command('api', 'recording.start', { media: ['mic', 'screen'] })
    bench.platform.warn('mic', 'SOURCE_MUTED', true)
    await eventually(
      'the warning is there',
      async () => (await bench.recorder.application('api')).errors.length > 0,
    )
    const { of } = await check()
    assert.deepEqual(bench.platform.probed, ['speaker'])
    assert.match(of('delivering', 'mic')?.detail ?? '', /is being recorded/)
    assert.equal(of('mute', 'mic')?.result, 'fail')
    assert.equal(of('picture', 'screen')?.result, 'pass')
  })

  test('a medium that does not recover fails with its own error', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    bench.platform.behaviour.mic = 'hang'
    bench.platform.kill('mic')
    // Capture ends at once; its reason is told when it is in the log.
    await eventually('it fails with its reason', async () => {
      const { of } = await check(['mic'])
      const { result, detail } = of('delivering', 'mic') ?? {}
      return result === 'fail' && /The fake died/.test(detail ?? '')
    })
    assert.deepEqual(bench.platform.probed, [])
  })

  test('a pause keeps every device closed', async () => {
    await bench.command('api', 'recording.start', { media: ['mic', 'screen'] })
    await bench.command('api', 'track.pause', { media: ['mic'] })
    const { ready, of } = await check()
    assert.equal(ready, true)
    assert.deepEqual(bench.platform.probed, [])
    assert.match(of('delivering', 'mic')?.detail ?? '', /It is paused/)
    assert.match(of('delivering', 'speaker')?.detail ?? '', /It is not checked while/)
    assert.match(of('delivering', 'screen')?.detail ?? '', /is being recorded/)
    await bench.command('api', 'track.resume')
    await check()
    assert.deepEqual(bench.platform.probed, ['speaker'])
  })

  test('a pause closes the device of a check at once', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    bench.platform.probes.speaker = 'hang'
    const checking = check(['speaker'])
    await eventually('the speaker is opened', () => bench.platform.probing === 1)
    const paused = bench.command('api', 'track.pause')
    await Promise.resolve()
    await eventually('it is let go', () => bench.platform.probing === 0, 100)
    await paused
    const result = (await checking).of('delivering', 'speaker')
    assert.deepEqual([result?.result, result?.remedy], ['warn', 'Ask again.'])
  })

  test('a start closes it too, and the end of the recorder leaves nothing open', async () => {
    bench.platform.probes.mic = 'hang'
    const checking = check(['mic'])
    await eventually('the microphone is opened', () => bench.platform.probing === 1)
    const { probing } = bench.platform
    const starting = bench.command('api', 'recording.start')
    await eventually('it is let go', () => bench.platform.probing === 0, 100)
    assert.equal(probing, 1)
    await Promise.all([checking, starting])
    await bench.command('api', 'track.stop')
    const again = check(['mic'])
    await eventually('it is opened', () => bench.platform.probing === 1)
    await bench.recorder.close()
    assert.equal(bench.platform.probing, 0)
    await again
  })

  test('checks at the same time share one result, and devices are opened once', async () => {
    const views = await Promise.all([check(), check(), check(['mic'])])
    assert.deepEqual([...bench.platform.probed].sort(), [...MEDIA].sort())
    assert.deepEqual(
      views.map(({ ready }) => ready),
      [true, true, true],
    )
  })

  test('a part that does not answer fails in time and hides no other check', async () => {
    bench.platform.probes.mic = 'hang'
    const { of } = await check()
    assert.match(of('delivering', 'mic')?.detail ?? '', /not answered within 1.8 s/)
    assert.equal(of('level', 'speaker')?.result, 'pass')
  })

  test('a part that has answered while the recorder was held has not failed', async () => {
    const checking = bench.recorder.readiness()
    holdThread(1_900)
    const { checks } = await checking
    assert.deepEqual([...new Set(checks.map(({ result }) => result))], ['pass'])
  })

  test('the disk fails below the reserve and warns below four hours', async () => {
    free = DEFAULT_RESERVE_BYTES - 1
    assert.equal((await check([])).of('disk')?.result, 'fail')
    free = DEFAULT_RESERVE_BYTES + 700_000_000
    const low = (await check([])).of('disk')
    assert.equal(low?.result, 'warn')
    assert.match(low?.detail ?? '', /about 2 hours/)
    free = 1e12
    assert.equal((await check([])).of('disk')?.result, 'pass')
  })

  test('a lock that cannot be noticed is said, where something is to be paused for it', async () => {
    const problem: DesktopProblem = { detail: 'There is no logind.', remedy: 'Install it.' }
    const lock = async (found: DesktopProblem | null, pause: Medium[]) => {
      const rules = (): CustodyRules => ({ ...RULES, lock: { pause, resume: false } })
      return lockChecks(system({ desktop: { problem: async () => found }, rules }))
    }
    assert.deepEqual(await lock(problem, ['mic']), [
      {
        id: 'lock',
        result: 'warn',
        detail: 'A locked screen is not noticed, so nothing is paused then. There is no logind.',
        remedy: 'Install it.',
      },
    ])
    assert.equal((await lock(null, ['mic']))[0]?.result, 'pass')
    assert.deepEqual(await lock(problem, []), [])
    assert.equal((await check([])).of('lock')?.result, 'pass')
  })

  const system = (more: Partial<SystemParts> = {}): SystemParts => ({
    platform: bench.platform,
    diskWatch: {
      check: async () => ({
        ...{ freeBytes: free, recordableSeconds: 1, fullSince: undefined },
        isMissing: false,
      }),
      shortage: undefined,
      tryToWrite: async () => undefined,
    },
    log: bench.recorder.log,
    failure: () => undefined,
    keys: bench.keys,
    desktop: { problem: async () => null },
    contradictions: { detail: null },
    rules: () => RULES,
    builtAt: 0,
    ...more,
  })

  test('the clock fails before 2025, before the newest event and before the program itself', async () => {
    const result = async (parts: Partial<SystemParts>) => (await clockChecks(system(parts)))[0]
    assert.equal((await result({}))?.result, 'pass')
    const year2020 = await result({ wallClock: () => Date.UTC(2020, 0, 1) })
    assert.deepEqual(
      [year2020?.result, /2020-01-01 00:00 UTC/.test(year2020?.detail ?? '')],
      ['fail', true],
    )
    assert.match(
      (await result({ wallClock: () => Date.now() - 3_600_000 }))?.detail ?? '',
      /the log already has/,
    )
    assert.match(
      (await result({ builtAt: Date.now() + 3_600_000 }))?.detail ?? '',
      /before this version was made/,
    )
  })

  test('a missing encoder fails, an unknown or old version warns', async () => {
    const result = async (problem: string | null, version: string | null) => {
      bench.platform.encoder = { problem, version }
      return (await encoderChecks(system()))[0]?.result
    }
    assert.equal(await result('The program ffmpeg is not installed.', null), 'fail')
    assert.equal(await result(null, null), 'warn')
    assert.deepEqual(
      [
        await result(null, '4.0'),
        await result(null, 'libavcodec 58.18'),
        await result(null, '4.1'),
        await result(null, '7.1'),
        await result(null, 'libavcodec 58.42'),
        await result(null, 'libavcodec 61.3'),
      ],
      ['warn', 'warn', 'pass', 'pass', 'pass', 'pass'],
    )
  })

  test('a log that cannot be written fails', () => {
    const log = (status: 'verified' | 'verifying' | 'readOnly') =>
      logChecks(system({ log: { ...bench.recorder.log, status, position: 3 } as never }))[0]?.result
    assert.deepEqual([log('verified'), log('verifying'), log('readOnly')], ['pass', 'pass', 'fail'])
  })
})
