import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pactl } from '../../../lab/microphone.ts'
import { SoundRelay } from '../../../lab/sound-relay.ts'
import { startVirtualDesktop, virtualDesktopProblem } from '../../../lab/virtual-desktop.ts'
import { PulseDevices } from '../../../src/platform/linux/pulse-devices.ts'
import { eventually, suite } from '../../support/suite.ts'

const problem = await virtualDesktopProblem()

suite('devices of a sound server', (test) => {
  test.unless(problem, 'a mute is noticed also after the server has not answered', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'f2f-relay-'))
    const desktop = await startVirtualDesktop()
    const relay = await SoundRelay.start(folder, desktop.env)
    const mute = (value: '0' | '1') =>
      pactl(desktop.env, 'set-source-mute', desktop.micSource, value)
    try {
      const devices = new PulseDevices({ ...process.env, ...desktop.env, ...relay.env })
      let told: string | null | undefined
      const watch = devices.watch('mic', { id: desktop.micSource, label: '' }, (_, detail) => {
        told = detail
      })
      await mute('1')
      await eventually('the mute is told', () => told === 'The microphone is muted.')
      for (const connection of relay.connectionsWith('f2f-recorder')) connection.freeze()
      await mute('0')
      assert.equal((await devices.list('mic')).available, false)
      await eventually('the end of the mute is told', () => told === null)
      watch.stop()
    } finally {
      await relay.stop()
      await desktop.stop()
      await rm(folder, { recursive: true })
    }
  })

  test.unless(problem, 'one that hung for long and is then ended may come back', async () => {
    const desktop = await startVirtualDesktop()
    const { now } = performance
    try {
      const devices = new PulseDevices({ ...process.env, ...desktop.env })
      assert.equal((await devices.list('mic')).available, true)
      process.kill(desktop.pids.pulseaudio, 'SIGSTOP')
      assert.equal((await devices.list('mic')).available, false)
      // It has hung for a minute when a person ends it.
      performance.now = () => now.call(performance) + 60_000
      assert.equal(devices.isReturning, false)
      process.kill(desktop.pids.pulseaudio, 'SIGKILL')
      await eventually('it is missed', async () => {
        await devices.list('mic')
        return devices.isReturning
      })
    } finally {
      performance.now = now
      await desktop.stop()
    }
  })
})
