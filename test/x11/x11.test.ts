import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../lab/virtual-desktop.ts'
import { startXvfb, type Xvfb } from '../../lab/xvfb.ts'
import { listX11Screens, parseScreenId } from '../../src/platform/linux/x11-screens.ts'
import { findCookie, parseDisplay, socketAddresses } from '../../src/x11/address.ts'
import { X11Connection, X11Error } from '../../src/x11/connection.ts'
import { CaptureBench } from '../actors/support/capture-bench.ts'
import { suite } from '../support/suite.ts'

const problem = await virtualDesktopProblem()

/** One entry of an Xauthority file. */
function entry(
  family: number,
  host: string,
  number: string,
  data: Buffer,
  name = 'MIT-MAGIC-COOKIE-1',
): Buffer {
  const field = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0, bytes.length]), bytes])
  const fields = [host, number, name].map((text) => field(Buffer.from(text)))
  return Buffer.concat([Buffer.from([family >> 8, family & 255]), ...fields, field(data)])
}

suite('X11 addresses', (test) => {
  test('a display is named by host, number and screen', () => {
    assert.deepEqual(parseDisplay(':99'), { host: null, display: 99, screen: 0 })
    assert.deepEqual(parseDisplay('unix:0.1'), { host: null, display: 0, screen: 1 })
    assert.deepEqual(parseDisplay('localhost:10.0'), { host: 'localhost', display: 10, screen: 0 })
    assert.deepEqual(parseDisplay('[::1]:2'), { host: '::1', display: 2, screen: 0 })
    for (const strange of ['', '0', '/private/tmp/launch/org.xquartz:0', 'node::0', ':x'])
      assert.equal(parseDisplay(strange), null, strange)
    assert.deepEqual(socketAddresses({ host: 'far', display: 3, screen: 0 }), [
      { host: 'far', port: 6003 },
    ])
  })

  test('a screen’s id is a display, or a display and a monitor', () => {
    assert.deepEqual(parseScreenId(':0.1'), { display: ':0.1', monitor: undefined })
    assert.deepEqual(parseScreenId(':0/HDMI-1'), { display: ':0', monitor: 'HDMI-1' })
    assert.deepEqual(parseScreenId('[::1]:0.0/a/b:1'), { display: '[::1]:0.0', monitor: 'a/b:1' })
  })

  test('the cookie is that of this computer and display; another computer gets only its own', () => {
    const [ours, wild, theirs, old] = ['ours', 'wild', 'theirs', 'old'].map((text) =>
      Buffer.from(text),
    ) as Buffer[]
    const here = { host: null, display: 1, screen: 0 }
    const file = Buffer.concat([
      entry(256, 'desk', '0', wild!),
      entry(256, 'desk', '1', Buffer.from('x'), 'XDM-AUTHORIZATION-1'),
      entry(256, 'far', '1', theirs!),
      entry(256, 'desk', '1', ours!),
    ])
    assert.deepEqual(findCookie(file, here, 'desk').data, ours)
    assert.deepEqual(findCookie(file, { ...here, host: 'far' }, 'desk').data, theirs)
    assert.deepEqual(findCookie(file, { ...here, host: 'elsewhere' }, 'desk').name, '')
    assert.deepEqual(findCookie(entry(65_535, '', '', wild!), here, 'desk').data, wild)
    assert.deepEqual(findCookie(entry(256, 'former-name', '1', old!), here, 'desk').data, old)
    assert.equal(findCookie(file.subarray(0, 9), here, 'desk').name, '')
    assert.equal(findCookie(Buffer.alloc(0), here, 'desk').name, '')
  })
})

suite('X11 screens', (test) => {
  let desktop: VirtualDesktop
  const bench = new CaptureBench()
  test.beforeEach(async () => {
    if (problem === null) desktop = await startVirtualDesktop()
  })
  test.afterEach(() => desktop?.stop())
  test.after(() => bench.close())
  const env = (): NodeJS.ProcessEnv => ({ ...process.env, ...desktop.env })
  const noFfmpeg = () => Promise.reject(new Error('ffmpeg was asked'))

  test.unless(
    problem,
    'the whole display is listed first, then its monitors if there are several',
    async () => {
      const { display } = desktop
      const settings = await desktop.displaySettings()
      await settings.setMonitor('LEFT', { x: 0, y: 0, width: 800, height: 720 })
      const whole = { id: display, label: `${display} 1280×720`, default: true }
      assert.deepEqual((await listX11Screens(env(), noFfmpeg)).devices, [whole])
      await settings.setMonitor(
        'RIGHT',
        { x: 800, y: 0, width: 480, height: 600 },
        { primary: true },
      )
      const { devices } = await listX11Screens(env(), noFfmpeg)
      assert.deepEqual(
        devices.sort((a, b) => a.label.localeCompare(b.label)),
        [
          { ...whole, label: `${display} 1280×720 (all monitors)` },
          { id: `${display}/LEFT`, label: 'LEFT 800×720 at 0,0', default: false },
          { id: `${display}/RIGHT`, label: 'RIGHT 480×600 at 800,0 (primary)', default: false },
        ],
      )
    },
  )

  test.unless(problem, 'a chosen monitor is found also when it is the only one left', async () => {
    const settings = await desktop.displaySettings()
    await settings.setMonitor('LEFT', { x: 0, y: 0, width: 800, height: 720 })
    const platform = bench.platform({ env: env() })
    const id = `${desktop.display}/LEFT`
    assert.deepEqual(await platform.resolve('screen', id), { id, label: 'LEFT 800×720 at 0,0' })
    await assert.rejects(
      platform.resolve('screen', `${desktop.display}/GONE`),
      /The monitor GONE is not there/,
    )
    await assert.rejects(platform.resolve('screen', ':4999/LEFT'), /no screen device with the id/)
  })

  test.unless(
    problem,
    'a dead display ends the connection; a frozen one is reported as silent',
    async () => {
      const connection = await X11Connection.open(desktop.display, env(), 1_000)
      process.kill(desktop.pids.xvfb, 'SIGSTOP')
      const silent = (error: unknown) => error instanceof X11Error && error.kind === 'silent'
      await assert.rejects(X11Connection.open(desktop.display, env(), 200), silent)
      process.kill(desktop.pids.xvfb, 'SIGKILL')
      const absent = (error: unknown) => error instanceof X11Error && error.kind === 'absent'
      await assert.rejects(connection.layout(), absent)
      await connection.closed
      await assert.rejects(connection.layout(), absent)
      await assert.rejects(X11Connection.open(desktop.display, env(), 1_000), absent)
    },
  )

  test.unless(problem, 'a request on an ended connection fails after the end is told', async () => {
    const connection = await X11Connection.open(desktop.display, env(), 1_000)
    let isTold = false
    void connection.closed.then(() => {
      isTold = true
    })
    connection.close()
    await assert.rejects(connection.layout(), X11Error)
    assert.ok(isTold)
  })
})

suite('X11 authority', (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'f2f-xauth-'))
  let server: Xvfb | undefined
  test.after(async () => {
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test.unless(problem, 'the cookie opens a display that others cannot see', async () => {
    const cookie = randomBytes(16)
    const [right, wrong] = ['right', 'wrong'].map((name) => join(folder, name)) as [string, string]
    writeFileSync(right, entry(65_535, '', '', cookie))
    writeFileSync(wrong, entry(65_535, '', '', randomBytes(16)))
    server = await startXvfb({ width: 640, height: 480 }, { authority: right })
    const env = (file: string) => ({
      DISPLAY: server!.display,
      XAUTHORITY: file,
      PATH: process.env.PATH,
    })
    const list = (file: string) =>
      listX11Screens(env(file), () => Promise.reject(new Error('no ffmpeg either')))
    assert.equal((await list(right)).devices[0]?.label, `${server.display} 640×480`)
    // Other programs may succeed, but do not here: their message is the reason.
    assert.match(
      (await list(wrong)).reason ?? '',
      /cannot be opened\. Check DISPLAY and XAUTHORITY|no ffmpeg either/,
    )
  })
})
