import assert from 'node:assert/strict'
import { pactl } from '../../../lab/microphone.ts'
import { MIC_FEED_SINK } from '../../../lab/sound-server.ts'
import { startVirtualDesktop, type VirtualDesktop } from '../../../lab/virtual-desktop.ts'
import type { CaptureReport } from '../../../src/actors/capture.ts'
import { LevelMeter } from '../../../src/actors/sound/pcm.ts'
import { SilenceWatch } from '../../../src/actors/sound/silence-watch.ts'
import type { Medium } from '../../../src/contract/media.ts'
import type { WarningCode } from '../../../src/contract/warnings.ts'
import { suiteOnEachServer } from '../../support/sound-servers.ts'
import { eventually, suite } from '../../support/suite.ts'
import { CaptureBench, type ObservedCapture } from '../support/capture-bench.ts'

const RATE = 48_000
const TOLD_MS = 5_000
const HEADSET_MIC = 'headset_mic'

suite('digital silence', (test) => {
  /** The changes that a watch reports, each with its second of the sound. */
  function changes(
    seconds: number,
    sample: (index: number) => number,
  ): [second: number, silent: boolean][] {
    const found: [number, boolean][] = []
    let second = 0
    const watch = new SilenceWatch((silent) => found.push([second, silent]))
    const meter = new LevelMeter(1, (level) => watch.push(level))
    const chunk = new Int16Array(RATE / 10)
    for (let tenth = 1; tenth <= seconds * 10; tenth++) {
      for (let index = 0; index < chunk.length; index++)
        chunk[index] = sample((tenth - 1) * chunk.length + index)
      second = tenth / 10
      meter.push(Buffer.from(chunk.buffer))
    }
    return found
  }

  test('is reported after 4 s, and its end within a tenth of a second', () => {
    const beginsAt = 2 * RATE
    const endsAt = 8 * RATE + 10
    const found = changes(12, (index) => (index < beginsAt || index === endsAt ? 1 : 0))
    assert.deepEqual(found.slice(0, 2), [
      [6, true],
      [8.1, false],
    ])
  })

  test('is not reported for a quiet room in which a person only listens for 10 minutes', () => {
    let state = 1
    const noise = (peak: number) => () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.round(((state / 2 ** 32) * 2 - 1) * peak)
    }
    // −70 dBFS; and no more than the dither of a converter.
    assert.deepEqual(changes(600, noise(18)), [])
    assert.deepEqual(changes(600, noise(1)), [])
    // One click in 3.9 s is a sign of life too.
    assert.deepEqual(
      changes(120, (index) => (index % (3.9 * RATE) === 0 ? -1 : 0)),
      [],
    )
  })
})

suiteOnEachServer('muted and silent devices', (test, { soundServer, problem }) => {
  let desktop: VirtualDesktop
  const bench = new CaptureBench()
  test.before(async () => {
    if (problem === null) desktop = await startVirtualDesktop({ soundServer, quietRoom: false })
  })
  test.afterEach(async () => {
    await bench.settle()
    if (problem === null) await pactl(desktop.env, 'set-source-mute', desktop.micSource, '0')
  })
  test.after(async () => {
    await bench.close()
    await desktop?.stop()
  })

  async function flowing(medium: Medium): Promise<ObservedCapture> {
    const devices = bench.platform({ env: { ...process.env, ...desktop.env } })
    const capture = bench.capture(devices, medium)
    capture.open(await devices.resolve(medium, undefined))
    await capture.next('capture.flowing')
    return capture
  }

  const warnings = (capture: ObservedCapture) =>
    capture.reports.filter(
      (report): report is Extract<CaptureReport, { type: 'capture.warning' }> =>
        report.type === 'capture.warning',
    )
  /** Runs with a second speaker, `headset`, beside the default one. */
  async function besideHeadset(run: (speakerSink: string) => Promise<void>): Promise<void> {
    const { env, speakerSink } = desktop
    const headset = await pactl(env, 'load-module', 'module-null-sink', 'sink_name=headset')
    await pactl(env, 'set-default-sink', speakerSink)
    try {
      await run(speakerSink)
    } finally {
      await pactl(env, 'set-default-sink', speakerSink)
      await pactl(env, 'unload-module', headset)
    }
  }

  /** Runs with a second microphone beside the default one, which hears the same. */
  async function besideMicrophone(run: (micSource: string) => Promise<void>): Promise<void> {
    const { env, micSource } = desktop
    const remap = [`source_name=${HEADSET_MIC}`, `master=${MIC_FEED_SINK}.monitor`]
    const headset = await pactl(env, 'load-module', 'module-remap-source', ...remap)
    await pactl(env, 'set-default-source', micSource)
    try {
      await run(micSource)
    } finally {
      await pactl(env, 'set-default-source', micSource)
      await pactl(env, 'unload-module', headset)
    }
  }

  const warned = (capture: ObservedCapture, code: WarningCode, present: boolean, segment = 1) =>
    eventually(
      `${code} ${present}`,
      () => {
        const last = warnings(capture).findLast((one) => one.code === code)
        return last?.segment === segment && last.present === present
      },
      TOLD_MS,
    )

  /** Captures the default device while another is the default, over a pause, until it is again. */
  async function untilDefaultAgain(
    medium: 'mic' | 'speaker',
    id: string,
    code: WarningCode,
    setDefault: (id?: string) => Promise<unknown>,
  ): Promise<void> {
    const capture = await flowing(medium)
    await setDefault()
    await warned(capture, code, true)
    capture.cut()
    assert.equal((await capture.next('capture.ended')).cause, 'cut')
    capture.open({ id, label: '' }, 2)
    await capture.next('capture.flowing', 2)
    await warned(capture, code, true, 2)
    await setDefault(id)
    await warned(capture, code, false, 2)
  }

  /** Waits for five seconds of sound, long enough for a silence to be reported. */
  const heardFor5s = (capture: ObservedCapture) =>
    eventually(
      'five seconds of sound',
      () => capture.reports.filter(({ type }) => type === 'capture.level').length >= 50,
      10_000,
    )

  test.unless(
    problem,
    'a silent microphone is reported within 5 s, until something is heard',
    async () => {
      const capture = await flowing('mic')
      await warned(capture, 'SOURCE_SILENT', true)
      const sound = await desktop.play('mic', { toneHz: 440, seconds: 30, gain: 0.0005 })
      await warned(capture, 'SOURCE_SILENT', false)
      await sound.stop()
      await warned(capture, 'SOURCE_SILENT', true)
      assert.deepEqual(
        warnings(capture).map(({ code }) => code),
        ['SOURCE_SILENT', 'SOURCE_SILENT', 'SOURCE_SILENT'],
      )
    },
  )

  test.unless(
    problem,
    'a muted microphone is reported, also at the start, and its silence is not',
    async () => {
      await pactl(desktop.env, 'set-source-mute', desktop.micSource, '1')
      const capture = await flowing('mic')
      await warned(capture, 'SOURCE_MUTED', true)
      assert.equal(warnings(capture)[0]?.detail, 'The microphone is muted.')
      await heardFor5s(capture)
      await pactl(desktop.env, 'set-source-mute', desktop.micSource, '0')
      await warned(capture, 'SOURCE_MUTED', false)
      await warned(capture, 'SOURCE_SILENT', true)
      await pactl(desktop.env, 'set-source-mute', desktop.micSource, '1')
      await warned(capture, 'SOURCE_MUTED', true)
      assert.deepEqual(
        warnings(capture).map(({ code, present }) => `${code} ${present}`),
        [
          'SOURCE_MUTED true',
          'SOURCE_MUTED false',
          'SOURCE_SILENT true',
          'SOURCE_MUTED true',
          'SOURCE_SILENT false',
        ],
      )
    },
  )

  test.unless(
    problem,
    'a quiet room and a speaker with nothing to play are no fault, a muted speaker is',
    async () => {
      const room = await desktop.play('mic', { toneHz: 440, seconds: 60, gain: 0.0003 })
      const [mic, speaker] = [await flowing('mic'), await flowing('speaker')]
      await heardFor5s(mic)
      await heardFor5s(speaker)
      assert.deepEqual([...warnings(mic), ...warnings(speaker)], [])
      await room.stop()
      await pactl(desktop.env, 'set-sink-mute', desktop.speakerSink, '1')
      await warned(speaker, 'SOURCE_MUTED', true)
      assert.equal(warnings(speaker)[0]?.detail, 'The speaker is muted.')
      await pactl(desktop.env, 'set-sink-mute', desktop.speakerSink, '0')
      await warned(speaker, 'SOURCE_MUTED', false)
    },
  )

  test.unless(
    problem,
    'a speaker that is no longer the default one is reported, also after a pause',
    () =>
      besideHeadset((speakerSink) =>
        untilDefaultAgain('speaker', speakerSink, 'SPEAKER_CHANGED', (id = 'headset') =>
          pactl(desktop.env, 'set-default-sink', id),
        ),
      ),
  )

  test.unless(
    problem,
    'a speaker that stops being the default one while its start is under way is reported',
    () =>
      besideHeadset(async (speakerSink) => {
        const devices = bench.platform({ env: { ...process.env, ...desktop.env } })
        const device = await devices.resolve('speaker', undefined)
        assert.equal(device.id, speakerSink)
        await pactl(desktop.env, 'set-default-sink', 'headset')
        const speaker = bench.capture(devices, 'speaker')
        speaker.open(device)
        await warned(speaker, 'SPEAKER_CHANGED', true)
        const chosen = bench.capture(
          bench.platform({ env: { ...process.env, ...desktop.env } }),
          'speaker',
        )
        chosen.open(device)
        await chosen.next('capture.flowing')
        await heardFor5s(chosen)
        assert.deepEqual(warnings(chosen), [], 'one that was chosen beside the default is no fault')
      }),
  )

  test.unless(
    problem,
    'a microphone that is no longer the default one is reported, also after a pause, and goes on',
    () =>
      besideMicrophone((micSource) =>
        untilDefaultAgain('mic', micSource, 'MICROPHONE_CHANGED', (id = HEADSET_MIC) =>
          pactl(desktop.env, 'set-default-source', id),
        ),
      ),
  )

  test.unless(
    problem,
    'a microphone that was chosen beside the default one is no fault, whatever the default is',
    () =>
      besideMicrophone(async (micSource) => {
        const devices = bench.platform({ env: { ...process.env, ...desktop.env } })
        const room = await desktop.play('mic', { toneHz: 440, seconds: 60, gain: 0.0003 })
        const mic = bench.capture(devices, 'mic')
        mic.open(await devices.resolve('mic', HEADSET_MIC))
        await mic.next('capture.flowing')
        await pactl(desktop.env, 'set-default-source', `${desktop.speakerSink}.monitor`)
        await pactl(desktop.env, 'set-default-source', micSource)
        await heardFor5s(mic)
        assert.deepEqual(warnings(mic), [])
        await room.stop()
      }),
  )

  test.unless(problem, 'a default that is no microphone replaces none', () =>
    besideMicrophone(async () => {
      const room = await desktop.play('mic', { toneHz: 440, seconds: 60, gain: 0.0003 })
      const mic = await flowing('mic')
      await pactl(desktop.env, 'set-default-source', `${desktop.speakerSink}.monitor`)
      await heardFor5s(mic)
      assert.deepEqual(warnings(mic), [])
      await room.stop()
    }),
  )
})
