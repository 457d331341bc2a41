import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { suite } from '../support/suite.ts'
import { type Clients, connect } from './support/clients.ts'

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
