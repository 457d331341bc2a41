import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'
import { type Clients, connect } from './support/clients.ts'
import { openFeed } from './support/event-feed.ts'

const posix = process.platform === 'win32' ? 'Windows has no SIGHUP' : null

const CONFIG = {
  allowedOrigins: ['https://crm.example'],
  port: 1,
  reserveBytes: 1_000_000,
  tags: { required: ['customer.id'] },
  page: { reminderMinutes: 5, language: 'de' },
}

suite('the configuration over HTTP', (test) => {
  let daemon: TestDaemon
  let clients: Clients
  test.before(async () => {
    const home = await mkdtemp(join(tmpdir(), 'f2f-home-'))
    await writeFile(join(home, 'config.json'), JSON.stringify(CONFIG))
    daemon = await startDaemon({ home, args: ['--quality', 'small'] })
    clients = await connect(daemon)
  })
  test.after(async () => {
    await daemon.stop()
  })

  test('names what is in force and where it comes from, without a secret', async () => {
    const { status, body } = await clients.api.call('GET', '/config')
    assert.equal(status, 200)
    assert.deepEqual(body.port, { value: Number(new URL(daemon.url).port), from: 'option' })
    assert.deepEqual(body.allowedOrigins, { value: CONFIG.allowedOrigins, from: 'config.json' })
    assert.deepEqual(body.reserveBytes, { value: 1_000_000, from: 'config.json' })
    assert.deepEqual(body.source, { value: 'synthetic', from: 'option' })
    assert.equal(body.quality.value.framesPerSecond, 5)
    assert.ok(existsSync(body.ffmpegPath.value), 'the program in use')
    assert.deepEqual(body.page, {
      reminderMinutes: { value: 5, from: 'config.json' },
      language: { value: 'de', from: 'config.json' },
    })
    const text = JSON.stringify(body)
    for (const secret of [daemon.token, daemon.home]) assert.ok(!text.includes(secret))
    assert.deepEqual((await clients.ui.call('GET', '/config')).body, body)
  })

  /** Writes config.json, sends SIGHUP, and waits for what the daemon says about it. */
  async function reload(config: unknown, says: RegExp) {
    const text = typeof config === 'string' ? config : JSON.stringify(config)
    await writeFile(join(daemon.home, 'config.json'), text)
    const before = daemon.stderr().length
    daemon.kill('SIGHUP')
    await eventually(String(says), () => says.test(daemon.stderr().slice(before)), 10_000)
  }

  test.unless(
    posix,
    'changes with SIGHUP, where that can be, and a mistake changes nothing',
    async () => {
      const next = {
        ...CONFIG,
        ...{
          reserveBytes: 2_000_000,
          consent: { mode: 'record' },
          allowedOrigins: ['https://other.example'],
        },
      }
      await reload(
        next,
        /"changed":\["allowedOrigins","consent.mode"\][\s\S]*"needRestart":\["reserveBytes"\]/,
      )
      const { body } = await clients.api.call('GET', '/config')
      assert.deepEqual(body.consent.mode, { value: 'record', from: 'config.json' })
      const origin = (name: string) =>
        daemon.api('GET', '/application', undefined, { Origin: `https://${name}.example` })
      assert.deepEqual([(await origin('other')).status, (await origin('crm')).status], [200, 403])
      await reload('{\n  "consent": { "mode": "never" }\n}', /Line 2, column 24: .*consent.mode/)
      assert.deepEqual((await clients.api.call('GET', '/config')).body, body)
      const feed = await openFeed(daemon, { after: 0 })
      const modes = () =>
        feed.events.flatMap((event) =>
          event.type === 'rules.changed' ? [event.data.rules.consent.mode] : [],
        )
      await feed.until('both rules', () => modes().length === 2)
      assert.deepEqual(modes(), ['off', 'record'])
      feed.close()
      await reload(CONFIG, /"changed":\[/)
    },
  )

  test('a start without a required tag is refused to both sides, before anything happens', async () => {
    const before = (await clients.api.call('GET', '/application')).body
    for (const client of [clients.api, clients.ui]) {
      const { status, body } = await client.start({ tags: { desk: 3 } })
      assert.deepEqual([status, body.code], [400, 'INVALID_REQUEST'])
      assert.deepEqual(
        body.errors.map(({ pointer }: { pointer: string }) => pointer),
        ['/tags/customer.id'],
      )
    }
    const after = (await clients.api.call('GET', '/application')).body
    assert.deepEqual([after.state, after.recording], [before.state, null])
    const { status } = await clients.api.start({ tags: { 'customer.id': '4711' } })
    assert.equal(status, 201)
  })
})
