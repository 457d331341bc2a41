import assert from 'node:assert/strict'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { suite } from '../support/suite.ts'
import { type Clients, connect } from './support/clients.ts'

/**
 * The routes of the contract, but for the track as one file, which is not part of this version yet.
 */
const ROUTES = [
  'GET /healthz',
  'GET /v1/ping',
  'GET /v1/openapi.json',
  'GET /v1/application',
  'GET /v1/devices',
  'GET /v1/readiness',
  'GET /v1/events',
  'GET /v1/recordings',
  'POST /v1/recordings',
  'POST /v1/recordings/search',
  'GET /v1/recordings/{id}',
  'GET /v1/recordings/{id}/events',
  'GET /v1/recordings/{id}/segments',
  'GET /v1/recordings/{id}/segments/{medium}/{number}',
  'POST /v1/recordings/{id}/start',
  'POST /v1/recordings/{id}/stop',
  'POST /v1/recordings/{id}/pause',
  'POST /v1/recordings/{id}/resume',
  'POST /v1/recordings/{id}/tags',
  'POST /v1/recordings/{id}/close',
  'GET /v1/tokens',
  'POST /v1/tokens',
  'DELETE /v1/tokens/{id}',
  'POST /v1/ui/launch',
]

suite('the application over HTTP', (test) => {
  let daemon: TestDaemon
  let clients: Clients

  test.before(async () => {
    daemon = await startDaemon()
    clients = await connect(daemon)
  })
  test.after(async () => {
    await daemon.stop()
  })
  test.beforeEach(() => clients.clear())

  test('the application is Idle, Recording, or in Error while a track of the current recording has failed', async () => {
    const { api, ui } = clients
    const application = async (client = api) => (await client.get('/application')).body
    const idle = await application()
    assert.deepEqual(
      [idle.state, idle.recording, idle.controller, idle.errors],
      ['Idle', null, null, []],
    )
    assert.deepEqual(idle.allowedCommands, ['start'])
    assert.equal(idle.storage.log, 'verified')
    assert.ok(idle.storage.freeBytes > 0 && idle.storage.recordableSeconds > 0)

    const { id } = (
      await ui.start({ media: ['audio'], devices: { speaker: 'none' }, require: 'any' })
    ).body
    const error = await application()
    assert.deepEqual(
      [error.state, error.recording, error.controller],
      ['Error', { id, state: 'Active' }, 'ui'],
    )
    assert.deepEqual(
      error.errors.map(({ code, medium }: { code: string; medium: string }) => [code, medium]),
      [['DEVICE_UNAVAILABLE', 'speaker']],
    )
    assert.deepEqual(error.allowedCommands, ['tag', 'consent'])
    assert.deepEqual((await application(ui)).allowedCommands, [
      'startMedia',
      'stop',
      'pause',
      'tag',
      'consent',
    ])

    await ui.command('stop', { media: ['speaker'] })
    assert.equal((await application()).state, 'Recording')
    await ui.command('pause')
    assert.deepEqual(
      [(await application()).state, (await application()).recording.state],
      ['Recording', 'Paused'],
    )
    await ui.command('stop')
    assert.deepEqual(
      [(await application()).state, (await application()).recording.state],
      ['Idle', 'WrapUp'],
    )
    assert.deepEqual((await application()).media.mic, {
      available: true,
      device: { id: 'synthetic-mic', label: idle.media.mic.device.label },
    })
  })

  test('devices are listed by medium, each with one default', async () => {
    const { body } = await clients.api.get('/devices')
    assert.deepEqual(Object.keys(body), ['mic', 'speaker', 'screen'])
    for (const { available, devices } of Object.values<{
      available: boolean
      devices: { default: boolean }[]
    }>(body)) {
      assert.equal(available, true)
      assert.equal(devices.filter((device) => device.default).length, 1)
    }
  })

  test('healthz shows without a credential that the daemon answers, and nothing more', async () => {
    const response = await fetch(`${daemon.url}/healthz`)
    assert.equal(response.status, 200)
    assert.equal(await response.text(), '{"status":"ok"}')
  })

  test('openapi.json is OpenAPI 3.1 and has every route of the contract', async () => {
    const { openapi, paths } = clients.openapi
    assert.match(openapi, /^3\.1\./)
    const described = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map(
        (method) => `${method.toUpperCase()} ${path.replace('{tokenId}', '{id}')}`,
      ),
    )
    assert.deepEqual(
      ROUTES.filter((route) => !described.includes(route)),
      [],
    )
  })
})
