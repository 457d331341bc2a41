import assert from 'node:assert/strict'
import { LevelMeter } from '../../../src/actors/sound/pcm.ts'
import { SilenceWatch } from '../../../src/actors/sound/silence-watch.ts'
import { suiteOnEachServer } from '../../support/sound-servers.ts'
import { suite } from '../../support/suite.ts'
import { QuietRoom } from '../support/quiet-room.ts'

const RATE = 48_000

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

suiteOnEachServer('muted and silent devices', (test, server) => {
  const { problem } = server
  const room = QuietRoom.for(test, server)

  test.unless(
    problem,
    'a silent microphone is reported within 5 s, until something is heard',
    async () => {
      const capture = await room.flowing('mic')
      await room.warned(capture, 'SOURCE_SILENT', true)
      const sound = await room.desktop.play('mic', { toneHz: 440, seconds: 30, gain: 0.0005 })
      await room.warned(capture, 'SOURCE_SILENT', false)
      await sound.stop()
      await room.warned(capture, 'SOURCE_SILENT', true)
      assert.deepEqual(
        room.warnings(capture).map(({ code }) => code),
        ['SOURCE_SILENT', 'SOURCE_SILENT', 'SOURCE_SILENT'],
      )
    },
  )

  test.unless(
    problem,
    'a muted microphone is reported, also at the start, and its silence is not',
    async () => {
      await room.pactl('set-source-mute', room.desktop.micSource, '1')
      const capture = await room.flowing('mic')
      await room.warned(capture, 'SOURCE_MUTED', true)
      assert.equal(room.warnings(capture)[0]?.detail, 'The microphone is muted.')
      await room.heardFor5s(capture)
      await room.pactl('set-source-mute', room.desktop.micSource, '0')
      await room.warned(capture, 'SOURCE_MUTED', false)
      await room.warned(capture, 'SOURCE_SILENT', true)
      await room.pactl('set-source-mute', room.desktop.micSource, '1')
      await room.warned(capture, 'SOURCE_MUTED', true)
      assert.deepEqual(
        room.warnings(capture).map(({ code, present }) => `${code} ${present}`),
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
      const sound = await room.desktop.play('mic', { toneHz: 440, seconds: 60, gain: 0.0003 })
      const [mic, speaker] = [await room.flowing('mic'), await room.flowing('speaker')]
      await room.heardFor5s(mic)
      await room.heardFor5s(speaker)
      assert.deepEqual([...room.warnings(mic), ...room.warnings(speaker)], [])
      await sound.stop()
      await room.pactl('set-sink-mute', room.desktop.speakerSink, '1')
      await room.warned(speaker, 'SOURCE_MUTED', true)
      assert.equal(room.warnings(speaker)[0]?.detail, 'The speaker is muted.')
      await room.pactl('set-sink-mute', room.desktop.speakerSink, '0')
      await room.warned(speaker, 'SOURCE_MUTED', false)
    },
  )
})
