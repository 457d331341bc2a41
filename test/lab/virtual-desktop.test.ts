import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { output } from '../../lab/helper-process.ts'
import { decodeAudio, frameColor, rmsDb, screenColor, toneDb } from '../../lab/measure.ts'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../lab/virtual-desktop.ts'
import { processesWith } from '../e2e/support/observed-daemon.ts'
import { loudestDb } from '../e2e/support/traces.ts'
import { eventually, suite } from '../support/suite.ts'

const problem = await virtualDesktopProblem()
const noPipeWire = await virtualDesktopProblem('pipewire')

/** Records half a second of a source into a file and returns its path. */
async function recordSource(desktop: VirtualDesktop, source: string): Promise<string> {
  const file = join(tmpdir(), `heard-${source}-${desktop.display.slice(1)}.wav`)
  const env = { ...process.env, ...desktop.env }
  await output(
    'ffmpeg',
    ['-nostdin', '-v', 'error', '-y', '-f', 'pulse', '-i', source, '-t', '0.5', file],
    { env },
  )
  return file
}

async function listDevices(desktop: VirtualDesktop, what: 'sinks' | 'sources'): Promise<string> {
  const env = { ...process.env, ...desktop.env, LC_ALL: 'C' }
  return (await output('pactl', ['list', what], { env })).toString()
}

const isRunning = (pid: number): boolean => existsSync(`/proc/${pid}`)

suite('virtual desktop', (test) => {
  test.unless(problem, 'without a quiet room the microphone delivers digital silence', async () => {
    const desktop = await startVirtualDesktop({ quietRoom: false })
    try {
      assert.equal(rmsDb(await decodeAudio(await recordSource(desktop, desktop.micSource))), -120)
    } finally {
      await desktop.stop()
    }
  })

  test.unless(problem, 'two desktops run side by side without affecting each other', async () => {
    const [one, two] = await Promise.all([startVirtualDesktop(), startVirtualDesktop()])
    try {
      assert.notEqual(one.display, two.display)
      assert.notEqual(one.env.PULSE_SERVER, two.env.PULSE_SERVER)
      await one.fillScreen('#ff0000')
      await two.fillScreen('#0000ff')
      const tone = await one.play('mic', { toneHz: 1000, seconds: 5 })
      const [first, second] = await Promise.all(
        [one, two].map((desktop) => recordSource(desktop, desktop.micSource)),
      )
      assert.ok((await screenColor(one.display))[0] > 240)
      assert.ok((await screenColor(two.display))[2] > 240)
      assert.ok(rmsDb(await decodeAudio(first!)) > -20, 'one hears its tone')
      const quiet = rmsDb(await decodeAudio(second!))
      assert.ok(quiet < -70 && quiet > -90, `two hears a quiet room: ${quiet} dB`)
      await tone.stop()
    } finally {
      await Promise.all([one.stop(), two.stop()])
    }
  })

  test.unless(
    problem,
    'sound that is played to one device is heard there and not on the other',
    async () => {
      const desktop = await startVirtualDesktop()
      try {
        await desktop.play('mic', { toneHz: 1000, seconds: 10, gain: 0.5 })
        await desktop.play('speaker', { toneHz: 3000, seconds: 10, gain: 0.5 })
        const mic = await decodeAudio(await recordSource(desktop, desktop.micSource))
        const speaker = await decodeAudio(
          await recordSource(desktop, `${desktop.speakerSink}.monitor`),
        )
        // A starved player leaves gaps.
        const [atMic, atSpeaker] = [loudestDb(mic, 1000), loudestDb(speaker, 3000)]
        assert.ok(Math.abs(atMic + 6) < 1.5, `mic at 1 kHz: ${atMic} dB`)
        assert.ok(toneDb(mic, 3000) < -60, `mic at 3 kHz: ${toneDb(mic, 3000)} dB`)
        assert.ok(Math.abs(atSpeaker + 6) < 1.5, `speaker at 3 kHz: ${atSpeaker} dB`)
        assert.ok(toneDb(speaker, 1000) < -60, `speaker at 1 kHz: ${toneDb(speaker, 1000)} dB`)
      } finally {
        await desktop.stop()
      }
    },
  )

  test.unless(
    problem,
    'microphone and speaker are separate default devices with names',
    async () => {
      const desktop = await startVirtualDesktop()
      try {
        const sources = await listDevices(desktop, 'sources')
        const mic = sources
          .split('Source #')
          .find((text) => text.includes('Description: Virtual microphone\n'))
        assert.match(mic ?? '', /Name: microphone\n/)
        assert.match(mic ?? '', /Monitor of Sink: n\/a/)
        assert.match(await listDevices(desktop, 'sinks'), /Description: Virtual speaker\n/)
        const info = (
          await output('pactl', ['info'], { env: { ...process.env, ...desktop.env, LC_ALL: 'C' } })
        ).toString()
        assert.match(info, /Default Sink: speaker\n/)
        assert.match(info, /Default Source: microphone\n/)
      } finally {
        await desktop.stop()
      }
    },
  )

  test.unless(
    problem,
    'on request a clock moves on the screen, a voice speaks and music plays',
    async () => {
      const desktop = await startVirtualDesktop({
        width: 640,
        height: 360,
        movement: true,
        voice: true,
        music: true,
      })
      try {
        const film = join(tmpdir(), 'clock.mkv')
        const grab = [
          '-f',
          'x11grab',
          '-i',
          desktop.display,
          '-t',
          '1',
          '-c:v',
          'libx264',
          '-preset',
          'ultrafast',
          film,
        ]
        await output('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...grab])
        const changes = await output('ffmpeg', [
          '-v',
          'error',
          '-i',
          film,
          '-vf',
          'fps=10',
          '-f',
          'framemd5',
          '-',
        ])
        const frames = changes
          .toString()
          .split('\n')
          .filter((line) => line.startsWith('0,'))
        const pictures = new Set(frames.map((line) => line.split(',').at(-1)))
        assert.ok(pictures.size >= 5, `${pictures.size} different pictures in a second`)
        assert.ok(
          rmsDb(await decodeAudio(await recordSource(desktop, 'speaker.monitor'))) > -40,
          'no music',
        )
        await desktop.fillScreen('#00ff00')
        const [red, green] = await screenColor(desktop.display)
        assert.ok(green > 150 && red < 60, 'the background is green around the clock')
        assert.ok((await frameColor(film, 0.5))[1] < 120, 'but was not before')
        assert.ok(
          rmsDb(await decodeAudio(await recordSource(desktop, 'microphone'))) > -50,
          'no voice',
        )
      } finally {
        await desktop.stop()
      }
    },
  )

  test.unless(
    problem,
    'stop leaves no process, no folder and no display, also when called twice',
    async () => {
      const desktop = await startVirtualDesktop({ movement: true })
      process.kill(desktop.pids.xvfb, 'SIGSTOP')
      process.kill(desktop.pids.pulseaudio, 'SIGKILL')
      await desktop.stop()
      await desktop.stop()
      assert.equal(isRunning(desktop.pids.xvfb), false)
      assert.equal(isRunning(desktop.pids.pulseaudio), false)
      assert.equal(existsSync(`/tmp/.X11-unix/X${desktop.display.slice(1)}`), false)
      assert.equal(
        (await readdir(tmpdir())).filter((name) => name.startsWith('f2f-desktop-')).length,
        0,
      )
      await desktop.fillScreen('#ffffff').then(
        () => assert.fail('a stopped display cannot be filled'),
        (error: Error) => assert.match(error.message, /is gone|closed|destroyed|premature/i),
      )
    },
  )

  test.unless(
    noPipeWire,
    'stop leaves no process and no folder of a desktop with PipeWire',
    async () => {
      const desktop = await startVirtualDesktop({ soundServer: 'pipewire' })
      const folder = desktop.env.XDG_RUNTIME_DIR!
      const programs = processesWith(`XDG_RUNTIME_DIR=${folder}`).map(({ command }) => command)
      for (const program of ['dbus-daemon', 'pipewire', 'wireplumber', 'pipewire-pulse'])
        assert.ok(
          programs.some((command) => command.split(' ')[0] === program),
          program,
        )
      await desktop.stop()
      assert.deepEqual(processesWith(`XDG_RUNTIME_DIR=${folder}`), [])
      assert.equal(existsSync(folder), false)
    },
  )

  test.unless(problem, 'a desktop ends when the process that started it is killed', async () => {
    const source = `
      import { startVirtualDesktop } from ${JSON.stringify(resolve('lab/virtual-desktop.ts'))}
      const { pids } = await startVirtualDesktop({ voice: true })
      console.log(JSON.stringify(pids))
      setInterval(() => {}, 1000)`
    const script = join(tmpdir(), 'owner.mts')
    await writeFile(script, source)
    const owner = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [printed] = await once(owner.stdout, 'data')
    const pids = Object.values(JSON.parse(String(printed)) as VirtualDesktop['pids'])
    assert.ok(pids.every(isRunning))
    owner.kill('SIGKILL')
    await eventually('both servers are gone', () => !pids.some(isRunning))
  })
})
