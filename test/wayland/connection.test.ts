import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { showsMonitor } from '../../src/platform/linux/portal/shows-monitor.ts'
import { WaylandConnection } from '../../src/wayland/connection.ts'
import { encodeRequest } from '../../src/wayland/wire.ts'
import { suite } from '../support/suite.ts'
import { FakeCompositor } from './support/fake-compositor.ts'

const unix = process.platform === 'win32' ? 'Wayland needs a Unix socket' : null
const LIMIT_MS = 10_000
const SILENT_MS = 100

suite('what a portal session shows', (test) => {
  const monitor = { x: 0, y: 0, width: 2_560, height: 1_440 }
  test('is a monitor of its place and shape, whatever the scale', () => {
    const at = (x: number, width: number, height: number) =>
      showsMonitor({ node: 1, x, y: 0, width, height }, monitor)
    assert.ok(at(0, 2_560, 1_440))
    assert.ok(at(0, 1_707, 960))
    assert.ok(!at(2_560, 2_560, 1_440))
    // All monitors of the desktop, which KDE offers.
    assert.ok(!at(0, 4_480, 1_440))
  })
})

suite('a connection to a Wayland compositor', (test) => {
  let folder: string
  let compositor: FakeCompositor
  const open = (limitMs = LIMIT_MS) =>
    WaylandConnection.open({ XDG_RUNTIME_DIR: folder, WAYLAND_DISPLAY: 'wayland-7' }, limitMs)
  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'f2f-wayland-'))
    if (!unix) compositor = await FakeCompositor.start(join(folder, 'wayland-7'))
  })
  test.afterEach(async () => {
    compositor?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  test.unless(unix, 'knows what a turned monitor shows in its current mode', async () => {
    const connection = await open()
    const place = { name: 'monitor at 10,20', x: 10, y: 20 }
    assert.deepEqual(connection.outputs, [{ ...place, width: 600, height: 800 }])
    const changed = new Promise<void>((changed) => connection.follow({ changed }))
    compositor.send(encodeRequest(2, 1, 7))
    await changed
    assert.deepEqual(connection.outputs, [])
    connection.close()
  })

  test.unless(unix, 'uses ids again, so that the compositor’s table does not grow', async () => {
    const connection = await open()
    for (let asked = 0; asked < 50; asked++) await connection.sync()
    assert.ok(Math.max(...compositor.ids) < 10, compositor.ids.join(' '))
    connection.close()
  })

  test.unless(unix, 'ends what is asked when the compositor ends or talks nonsense', async () => {
    for (const end of [
      () => compositor.stop(),
      () => compositor.send(Buffer.from([1, 0, 0, 0, 0, 0, 3, 0])),
    ]) {
      const connection = await open()
      compositor.answers = false
      const asked = connection.sync()
      end()
      await assert.rejects(asked, /compositor is gone/)
      await connection.closed
      await assert.rejects(connection.sync(), /compositor is gone/)
      compositor.stop()
      compositor = await FakeCompositor.start(join(folder, 'wayland-7'))
    }
  })

  test.unless(unix, 'is not opened to one that is silent, or is not there', async () => {
    compositor.answers = false
    await assert.rejects(open(SILENT_MS), /does not answer/)
    compositor.stop()
    await assert.rejects(open(), /No Wayland compositor listens/)
  })
})
