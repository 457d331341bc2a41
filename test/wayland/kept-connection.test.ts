import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { watchCast } from '../../src/platform/linux/portal/portal-screen-watch.ts'
import { KeptConnection } from '../../src/wayland/kept-connection.ts'
import { eventually, suite } from '../support/suite.ts'
import { FakeCompositor } from './support/fake-compositor.ts'

const unix = process.platform === 'win32' ? 'Wayland needs a Unix socket' : null
const LIMIT_MS = 10_000
const SHORT_MS = 100

suite('the kept connection to a Wayland compositor', (test) => {
  let folder: string
  let compositor: FakeCompositor
  let kept: KeptConnection
  const start = () => FakeCompositor.start(join(folder, 'wayland-7'))
  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'f2f-wayland-'))
    if (!unix) compositor = await start()
    kept = new KeptConnection({ XDG_RUNTIME_DIR: folder, WAYLAND_DISPLAY: 'wayland-7' })
  })
  test.afterEach(async () => {
    compositor?.stop()
    await rm(folder, { recursive: true, force: true })
  })
  /** Watches a capture of the only monitor. Returns what is found wrong, and how it is ended. */
  async function capture(isOver = false) {
    const compositor = await kept.get(LIMIT_MS)
    const monitor = compositor.outputs[0]!
    if (isOver) compositor.close()
    const problems: string[] = []
    const never = new Promise<void>(() => {})
    const watch = watchCast(
      { compositor, monitor, pipeWireClosed: never, sessionClosed: never },
      ({ detail }) => problems.push(detail),
    )
    return { watch, problems }
  }

  test.unless(unix, 'is one for all questions and captures', async () => {
    await Promise.all([kept.get(LIMIT_MS), kept.get(LIMIT_MS)])
    for (let count = 0; count < 3; count++) {
      const { watch } = await capture()
      assert.equal(await watch.check(), undefined)
      watch.stop()
    }
    assert.equal(compositor.clients, 1)
  })

  test.unless(unix, 'is there for a later question when the compositor is slow', async () => {
    compositor.answers = false
    await assert.rejects(kept.get(SHORT_MS), /does not answer/)
    await assert.rejects(kept.get(SHORT_MS), /does not answer/)
    compositor.answers = true
    assert.equal((await kept.get(LIMIT_MS)).outputs.length, 1)
    assert.equal(compositor.clients, 1)
  })

  test.unless(
    unix,
    'tells that the compositor is frozen, and is good when it goes on',
    async () => {
      const { watch, problems } = await capture()
      compositor.answers = false
      await eventually('it is told', () => problems.length > 0, LIMIT_MS)
      assert.deepEqual(problems, ['The Wayland compositor does not answer.'])
      assert.equal((await watch.check())?.detail, problems[0])
      await assert.rejects(kept.get(SHORT_MS), /does not answer/)
      compositor.answers = true
      await kept.get(LIMIT_MS)
      assert.equal(compositor.clients, 1)
    },
  )

  test.unless(unix, 'is opened anew when another compositor runs', async () => {
    const { problems } = await capture()
    const before = await kept.get(LIMIT_MS)
    compositor.stop()
    compositor = await start()
    assert.notEqual(await kept.get(LIMIT_MS), before)
    await eventually('the capture is told', () => problems.length > 0)
    assert.deepEqual(problems, ['The Wayland compositor is gone.'])
    const { watch } = await capture()
    assert.equal(await watch.check(), undefined)
    watch.stop()
    assert.equal(compositor.clients, 1)
  })

  test.unless(unix, 'tells a capture that begins when the compositor has just ended', async () => {
    const { problems } = await capture(true)
    await eventually('it is told', () => problems.length > 0)
    assert.deepEqual(problems, ['The Wayland compositor is gone.'])
  })
})
