import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../lab/virtual-desktop.ts'
import { Spares } from '../../src/actors/spares.ts'
import { type Quality, resolveQuality } from '../../src/contract/quality.ts'
import { eventually, suite } from '../support/suite.ts'
import { CaptureBench, type ObservedCapture } from './support/capture-bench.ts'
import { childrenWith } from './support/processes.ts'

const problem = await virtualDesktopProblem()
const ENCODER = 'libopus'
const GRABBER = 'x11grab'

suite('programs started in advance', (test) => {
  let desktop: VirtualDesktop
  const spares = new Spares()
  const bench = new CaptureBench()
  test.before(async () => {
    if (problem === null) desktop = await startVirtualDesktop()
  })
  test.after(async () => {
    await bench.close()
    await spares.close()
    assert.deepEqual([...childrenWith(ENCODER), ...childrenWith(GRABBER)], [])
    await desktop?.stop()
  })

  const env = () => ({ ...process.env, ...desktop.env })

  async function record(capture: ObservedCapture, segment: number, quality?: Quality) {
    const platform = bench.platform({ env: env(), spares })
    capture.open(await platform.resolve(capture.medium, undefined), segment, undefined, quality)
    await capture.next('capture.flowing', segment)
    const pids = capture.processes
      .filter(({ process: { segment: of, program } }) => of === segment && program === 'ffmpeg')
      .map(({ process: { pid } }) => pid)
    return {
      pids,
      async pause() {
        capture.cut(segment)
        const { description } = await capture.next('capture.ended', segment)
        assert.ok(description && description.durationMs > 0)
      },
    }
  }

  /** Connections of all clients to the display. */
  function displayConnections(): number {
    const socket = `/tmp/.X11-unix/X${desktop.display.slice(1)}`
    return readFileSync('/proc/net/unix', 'latin1')
      .split('\n')
      .filter((line) => line.replaceAll('\0', '').endsWith(socket) && / 03 +\d+ /.test(line)).length
  }

  for (const [medium, what] of [
    ['mic', ENCODER],
    ['screen', GRABBER],
  ] as const)
    test.unless(
      problem,
      `${medium}: a resume uses the spare of the pause, which holds no device`,
      async () => {
        const connections = displayConnections()
        const capture = bench.capture(bench.platform({ env: env(), spares }), medium)
        const first = await record(capture, 1)
        assert.ok(medium === 'mic' || displayConnections() > connections)
        await first.pause()
        await eventually('a spare', () => childrenWith(what).length === 1)
        const [spare] = childrenWith(what)
        // It waits: the screen's has come to its gate, and no further.
        if (medium === 'screen')
          await eventually('it waits', () => readFileSync(`/proc/${spare}/wchan`, 'utf8') !== '0')
        assert.equal(displayConnections(), connections)
        const outputs = execFileSync('pactl', ['list', 'short', 'source-outputs'], { env: env() })
        assert.ok(!/parec|f2f/.test(outputs.toString()))
        assert.ok(!capture.processes.some(({ process: { pid } }) => pid === spare), 'not reported')

        const second = await record(capture, 2)
        assert.deepEqual(second.pids, [spare])
        await second.pause()
      },
    )

  test.unless(problem, 'one that died, or has another quality, is not used', async () => {
    const capture = bench.capture(bench.platform({ env: env(), spares }), 'mic')
    await (await record(capture, 1)).pause()
    await eventually('a spare', () => childrenWith(ENCODER).length === 1)
    const [dead] = childrenWith(ENCODER)
    process.kill(dead!, 'SIGKILL')
    await eventually('another spare', () => {
      const [spare] = childrenWith(ENCODER)
      return spare !== undefined && spare !== dead
    })
    const [spare] = childrenWith(ENCODER)
    const other = await record(capture, 2, resolveQuality('small'))
    assert.ok(!other.pids.includes(spare!))
    await other.pause()
    await eventually('the old one ends', () => !childrenWith(ENCODER).includes(spare!))
  })

  test.unless(problem, 'one that died is not replaced while its medium is captured', async () => {
    const sleeping = (seconds: number) => childrenWith(`sleep ${seconds}`)
    for (const seconds of [61, 62])
      spares.keep(`${seconds}`, { program: 'sleep', args: [`${seconds}`] }, { env: env() })
    await eventually('both', () => sleeping(61).length + sleeping(62).length === 2)
    for (const pid of [...sleeping(61), ...sleeping(62)]) process.kill(pid, 'SIGKILL')
    await eventually('none', () => sleeping(61).length + sleeping(62).length === 0)
    spares.beginCapture('61')
    await eventually('the other one is replaced', () => sleeping(62).length === 1)
    assert.deepEqual(sleeping(61), [])
    spares.endCapture('61', async () => {})
  })

  test.unless(problem, 'one of a program that has been replaced is not used', async () => {
    const ffmpeg = join(bench.folder, 'ffmpeg')
    copyFileSync('/usr/bin/env', ffmpeg)
    const command = { program: ffmpeg, args: ['sleep', '60'] }
    const child = () => childrenWith('sleep 60')
    spares.keep('other', command, { env: env() })
    await eventually('a spare', () => child().length === 1)
    const [old] = child()
    utimesSync(ffmpeg, 1, 1)
    const started = spares.start(command, { env: env() })
    assert.notEqual(started.pid, old)
    started.kill('SIGKILL')
    await started.exited
  })
})
