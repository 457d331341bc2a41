import assert from 'node:assert/strict'
import type { ReadinessCheck } from '../../src/contract/views.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { assertWithin } from '../support/machine.ts'
import { eventually, suite } from '../support/suite.ts'
import { type Clients, connect } from './support/clients.ts'

suite('readiness over HTTP', (test) => {
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

  const of = (checks: ReadinessCheck[], id: string, medium?: string) =>
    checks.find((check) => check.id === id && check.medium === medium)

  test('checks every medium and the computer within 2 s, for both sides', async () => {
    const before = daemon.stderr()
    const at = performance.now()
    const { status } = await clients.api.get('/readiness')
    assertWithin(performance.now() - at, 2_000, 'readiness')
    assert.equal(status, 200)
    // The first programs of a cold machine may need longer than the limit: then it says so, and is
    // asked again.
    const body = await eventually('everything is ready', async () => {
      const { body } = await clients.api.get('/readiness')
      return body.ready && body
    })
    assert.equal(of(body.checks, 'device', 'mic')?.detail, 'Synthetic microphone (440 Hz)')
    const level = of(body.checks, 'level', 'mic')?.level
    assert.ok(level && level.rmsDb > -40 && level.rmsDb < -5, JSON.stringify(level))
    assert.equal(of(body.checks, 'picture', 'screen')?.result, 'pass')
    for (const id of ['encoder', 'disk', 'clock', 'log'])
      assert.equal(of(body.checks, id)?.result, 'pass', id)
    assert.equal((await clients.ui.get('/readiness')).body.ready, true)
    assert.equal(daemon.stderr().slice(before.length).includes('"level":50'), false)
  })

  test('checks only the named media, and refuses an unknown one', async () => {
    const { body } = await clients.api.get('/readiness?media=mic,screen')
    assert.deepEqual(
      [...new Set((body.checks as ReadinessCheck[]).flatMap(({ medium }) => medium ?? []))],
      ['mic', 'screen'],
    )
    const audio = await clients.api.get('/readiness?media=audio')
    assert.deepEqual(
      [...new Set((audio.body.checks as ReadinessCheck[]).flatMap(({ medium }) => medium ?? []))],
      ['mic', 'speaker'],
    )
    for (const query of ['media=', 'media=camera', 'media=mic,', 'fresh=1'])
      assert.equal((await clients.api.get(`/readiness?${query}`)).status, 400, query)
  })

  test('needs the scope `read`', async () => {
    const tagger = await clients.thirdParty('tagger', ['tag'])
    assert.equal((await tagger.get('/readiness')).status, 403)
  })

  test('reads recorded media from their tracks, and never opens a paused device', async () => {
    const { api } = clients
    await api.start({ media: ['mic', 'screen'] })
    const live = (await api.get('/readiness')).body.checks
    assert.match(of(live, 'delivering', 'mic')?.detail ?? '', /is being recorded/)
    assert.match(of(live, 'delivering', 'speaker')?.detail ?? '', /It delivers/)
    await api.command('pause', { media: ['mic'] })
    const paused = (await api.get('/readiness')).body
    assert.equal(paused.ready, true)
    assert.match(of(paused.checks, 'delivering', 'mic')?.detail ?? '', /It is paused/)
    assert.match(
      of(paused.checks, 'delivering', 'speaker')?.detail ?? '',
      /It is not checked while/,
    )
    assert.equal(of(paused.checks, 'level', 'mic'), undefined)
  })
})
