import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { F2F } from '../../lab/daemon.ts'
import { startPipeWire } from '../../lab/pipewire.ts'
import type { SoundServer } from '../../lab/sound-server.ts'
import { xWaylandProblem } from '../../lab/virtual-desktop-problem.ts'
import { WaylandSession } from '../../lab/wayland.ts'
import { requestGrant } from '../../src/platform/linux/portal/request-grant.ts'
import { assertWithin } from '../support/machine.ts'
import { suite } from '../support/suite.ts'
import { type ObservedDaemon, startObserved } from './support/observed-daemon.ts'

const impossible = await xWaylandProblem()
const GRANT_MS = 30_000
/** How far sound and picture may be apart. */
const LIMIT_MS = 40
const TRIES = 3

suite('f2f selftest in a Wayland session', (test) => {
  let folder: string
  let sound: SoundServer
  let session: WaylandSession
  let daemon: ObservedDaemon

  test.before(async () => {
    if (impossible) return
    folder = await mkdtemp(join(tmpdir(), 'f2f-selftest-'))
    sound = await startPipeWire(folder, { quietRoom: false })
    session = await WaylandSession.startWithX(folder, { width: 640, height: 360 })
    const env = { ...sound.env, ...session.env }
    const home = join(folder, 'home')
    await mkdir(home)
    const grants = join(home, 'screen-grants.json')
    await session.share(requestGrant({ ...process.env, ...env }, grants, GRANT_MS))
    daemon = await startObserved({ source: 'devices', env, home })
  })
  test.after(async () => {
    if (impossible) return
    // What has not started need not stop.
    await daemon?.stop()
    await session?.stop()
    await sound?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  function selftest(env: NodeJS.ProcessEnv, ...args: string[]) {
    const all = [F2F, 'selftest', '--home', daemon.home, '--json', ...args]
    const options = { env: { ...process.env, ...sound.env, ...session.env, ...env } }
    return new Promise<{ code: number; json: ReturnType<typeof JSON.parse> }>((resolve) => {
      execFile(process.execPath, all, options, (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), json: JSON.parse(stdout || stderr) })
      })
    })
  }

  test.unless(
    impossible,
    'sound and picture of one instant are at most 40 ms apart, also after a pause',
    async () => {
      const results: { worstMs: number }[] = []
      // A busy machine shows the flash, or plays the beep, later than it was asked to.
      while (results.length < TRIES && !results.some(({ worstMs }) => worstMs <= LIMIT_MS)) {
        const { json } = await selftest({}, '--pauses', '1', '--pulses', '4')
        assert.equal(json.offsetsMs?.length, 4, JSON.stringify(json))
        results.push(json)
      }
      const best = Math.min(...results.map(({ worstMs }) => worstMs))
      assertWithin(best, LIMIT_MS, JSON.stringify(results))
    },
  )

  test.unless(impossible, 'says what it needs where there is no XWayland', async () => {
    const { code, json } = await selftest({ DISPLAY: undefined })
    assert.equal(code, 1)
    assert.match(json.detail, /XWayland/)
    assert.equal((await daemon.api('GET', '/application')).body.recording, null)
  })
})
