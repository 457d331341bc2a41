import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { F2F } from '../../lab/daemon.ts'
import { SoundRelay } from '../../lab/sound-relay.ts'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../lab/virtual-desktop.ts'
import { assertWithin, slowness } from '../support/machine.ts'
import { eventually, suite } from '../support/suite.ts'
import { notLinux, type ObservedDaemon, startObserved } from './support/observed-daemon.ts'

const impossible = (await virtualDesktopProblem()) ?? notLinux
/** `npm run test:long` makes 50. */
const PAUSES = Number(process.env.F2F_PAUSES ?? 3)
const LATE_MS = 200

interface Ran {
  code: number
  // biome-ignore lint/suspicious/noExplicitAny: what is printed is for each test to check.
  json: any
  stderr: string
}

suite('f2f selftest', (test) => {
  let desktop: VirtualDesktop
  let folder: string
  test.before(async () => {
    if (!impossible) desktop = await startVirtualDesktop({ movement: true })
  })
  test.after(() => desktop?.stop())
  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'f2f-selftest-'))
  })
  test.afterEach(() => rm(folder, { recursive: true, force: true }))

  async function on<T>(
    env: NodeJS.ProcessEnv,
    work: (daemon: ObservedDaemon) => Promise<T>,
  ): Promise<T> {
    const daemon = await startObserved({
      source: 'devices',
      env: { ...desktop.env, ...env },
      home: join(folder, 'home'),
    })
    try {
      return await work(daemon)
    } finally {
      await daemon.stop()
    }
  }

  function selftest(daemon: ObservedDaemon, ...args: string[]): Promise<Ran> {
    const env = { ...process.env, ...desktop.env }
    const all = [F2F, 'selftest', '--home', daemon.home, '--json', ...args]
    return new Promise((resolve) => {
      execFile(process.execPath, all, { env }, (error, stdout, stderr) => {
        const printed = stdout || stderr
        resolve({ code: Number(error?.code ?? 0), json: JSON.parse(printed), stderr })
      })
    })
  }

  /** The same until every flash and beep is in the file; a starved machine loses some. */
  async function measured(daemon: ObservedDaemon, ...args: string[]): Promise<Ran> {
    for (let time = 1; ; time++) {
      const since = performance.now()
      const ran = await selftest(daemon, ...args)
      const isStarved = slowness(performance.now() - since) > 2
      if (ran.json.offsetsMs !== undefined || !isStarved || time === 3) return ran
    }
  }

  test.unless(
    impossible,
    `sound and picture of one instant are at most 40 ms apart in the exported file, after ${PAUSES} pauses`,
    () =>
      on({}, async (daemon) => {
        const { code, json } = await measured(daemon, '--pauses', String(PAUSES), '--pulses', '6')
        assert.equal(json.offsetsMs?.length, 6, JSON.stringify(json))
        // A busy machine shows a flash, or plays a beep, later than it was asked to. What is not in
        // sync shifts all that follow.
        const offsets = json.offsetsMs.map(Math.abs).toSorted((a: number, b: number) => b - a)
        assertWithin(offsets[1], 40, JSON.stringify(json))
        assert.equal(json.pass, json.worstMs <= 40)
        assert.equal(code, json.pass ? 0 : 1)
        const { body } = await daemon.api('GET', `/recordings/${json.recordingId}`)
        assert.equal(body.state, 'Closed')
        assert.deepEqual(
          body.tags
            .filter(({ key }: { key: string }) => key === 'selftest')
            .map(({ value }: { value: unknown }) => value),
          [true],
        )
        assert.equal(body.tracks.screen.segments, PAUSES + 1)
      }),
    { limitMs: 60_000 + 1_000 * PAUSES },
  )

  test.unless(impossible, 'fails where the sound comes late', async () => {
    const relay = await SoundRelay.start(folder, desktop.env, LATE_MS)
    await on(relay.env, async (daemon) => {
      const { code, json } = await measured(daemon, '--pauses', '0', '--pulses', '3')
      assert.equal(code, 1, JSON.stringify(json))
      assert.equal(json.pass, false)
      // A busy machine shows a flash later, which takes from the lateness of the sound.
      for (const ms of json.offsetsMs) assertWithin(LATE_MS + ms, 100, JSON.stringify(json))
    }).finally(() => relay.stop())
  })

  test.unless(impossible, 'leaves nothing recording, and no file, when it is interrupted', () =>
    on({}, async (daemon) => {
      const env = { ...process.env, ...desktop.env, TMPDIR: folder }
      const child = spawn(process.execPath, [F2F, 'selftest', '--home', daemon.home], {
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let said = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
      const exited = once(child, 'exit')
      await eventually('it flashes', () => said.includes('Flash and beep 2'), 15_000)
      child.kill('SIGINT')
      assert.deepEqual(await exited, [1, null])
      assert.match(said, /interrupted/)
      assert.deepEqual(daemon.captures(), [])
      assert.equal((await daemon.api('GET', '/application')).body.recording, null)
      assert.deepEqual(
        (await readdir(folder)).filter((name) => name.startsWith('f2f-selftest-')),
        [],
      )
    }),
  )

  test.unless(impossible, 'says so when it cannot be made', () =>
    on({}, async (daemon) => {
      await daemon.api('POST', '/recordings', { media: ['mic'] })
      const { code, json } = await selftest(daemon)
      assert.equal(code, 1)
      assert.equal(json.code, 'ALREADY_RECORDING')
      await daemon.api('POST', '/recordings/current/stop')
      assert.match((await selftest(daemon)).json.title, /wrap-up/)
    }),
  )
})
