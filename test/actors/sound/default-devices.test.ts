import assert from 'node:assert/strict'
import { MIC_FEED_SINK } from '../../../lab/sound-server.ts'
import type { WarningCode } from '../../../src/contract/warnings.ts'
import { suiteOnEachServer } from '../../support/sound-servers.ts'
import { QuietRoom } from '../support/quiet-room.ts'

const HEADSET_MIC = 'headset_mic'

suiteOnEachServer('the default devices of the desktop', (test, server) => {
  const { problem } = server
  const room = QuietRoom.for(test, server)

  /** Runs with a second device, which a module makes, beside the default one. */
  async function beside(
    kind: 'sink' | 'source',
    module: readonly string[],
    run: (own: string) => Promise<void>,
  ): Promise<void> {
    const own = room.desktop[kind === 'sink' ? 'speakerSink' : 'micSource']
    const other = await room.pactl('load-module', ...module)
    await room.pactl(`set-default-${kind}`, own)
    try {
      await run(own)
    } finally {
      await room.pactl(`set-default-${kind}`, own)
      await room.pactl('unload-module', other)
    }
  }
  const besideHeadset = (run: (speakerSink: string) => Promise<void>) =>
    beside('sink', ['module-null-sink', 'sink_name=headset'], run)
  /** The second one hears the same. */
  const besideMicrophone = (run: (micSource: string) => Promise<void>) => {
    const remap = [`source_name=${HEADSET_MIC}`, `master=${MIC_FEED_SINK}.monitor`]
    return beside('source', ['module-remap-source', ...remap], run)
  }

  /** Captures the default device while another is the default, over a pause, until it is again. */
  async function untilDefaultAgain(
    medium: 'mic' | 'speaker',
    id: string,
    code: WarningCode,
    setDefault: (id?: string) => Promise<unknown>,
  ): Promise<void> {
    const capture = await room.flowing(medium)
    await setDefault()
    await room.warned(capture, code, true)
    capture.cut()
    assert.equal((await capture.next('capture.ended')).cause, 'cut')
    capture.open({ id, label: '' }, 2)
    await capture.next('capture.flowing', 2)
    await room.warned(capture, code, true, 2)
    await setDefault(id)
    await room.warned(capture, code, false, 2)
  }

  test.unless(
    problem,
    'a speaker that is no longer the default one is reported, also after a pause',
    () =>
      besideHeadset((speakerSink) =>
        untilDefaultAgain('speaker', speakerSink, 'SPEAKER_CHANGED', (id = 'headset') =>
          room.pactl('set-default-sink', id),
        ),
      ),
  )

  test.unless(
    problem,
    'a speaker that stops being the default one while its start is under way is reported',
    () =>
      besideHeadset(async (speakerSink) => {
        const devices = room.platform()
        const device = await devices.resolve('speaker', undefined)
        assert.equal(device.id, speakerSink)
        await room.pactl('set-default-sink', 'headset')
        const speaker = room.bench.capture(devices, 'speaker')
        speaker.open(device)
        await room.warned(speaker, 'SPEAKER_CHANGED', true)
        const chosen = room.bench.capture(room.platform(), 'speaker')
        chosen.open(device)
        await chosen.next('capture.flowing')
        await room.heardFor5s(chosen)
        assert.deepEqual(
          room.warnings(chosen),
          [],
          'one that was chosen beside the default is no fault',
        )
      }),
  )

  test.unless(
    problem,
    'a microphone that is no longer the default one is reported, also after a pause, and goes on',
    () =>
      besideMicrophone((micSource) =>
        untilDefaultAgain('mic', micSource, 'MICROPHONE_CHANGED', (id = HEADSET_MIC) =>
          room.pactl('set-default-source', id),
        ),
      ),
  )

  test.unless(
    problem,
    'a microphone that was chosen beside the default one is no fault, whatever the default is',
    () =>
      besideMicrophone(async (micSource) => {
        const devices = room.platform()
        const sound = await room.desktop.play('mic', { toneHz: 440, seconds: 60, gain: 0.0003 })
        const mic = room.bench.capture(devices, 'mic')
        mic.open(await devices.resolve('mic', HEADSET_MIC))
        await mic.next('capture.flowing')
        await room.pactl('set-default-source', `${room.desktop.speakerSink}.monitor`)
        await room.pactl('set-default-source', micSource)
        await room.heardFor5s(mic)
        assert.deepEqual(room.warnings(mic), [])
        await sound.stop()
      }),
  )

  test.unless(problem, 'a default that is no microphone replaces none', () =>
    besideMicrophone(async () => {
      const sound = await room.desktop.play('mic', { toneHz: 440, seconds: 60, gain: 0.0003 })
      const mic = await room.flowing('mic')
      await room.pactl('set-default-source', `${room.desktop.speakerSink}.monitor`)
      await room.heardFor5s(mic)
      assert.deepEqual(room.warnings(mic), [])
      await sound.stop()
    }),
  )
})
