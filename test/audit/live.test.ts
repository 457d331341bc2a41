import assert from 'node:assert/strict'
import { pino } from 'pino'
import { createAccess } from '../../src/access/access.ts'
import { createAudit } from '../../src/audit/questions/audit.ts'
import { createClient, type RecorderClient } from '../../src/client/client.ts'
import type { LogEvent } from '../../src/contract/events.ts'
import { type HttpServer, startHttp } from '../../src/http/server.ts'
import { configurationWith, HOME_TOKEN } from '../http/support/daemon.ts'
import { StubBundles } from '../http/support/stub-bundles.ts'
import { StubCompositions } from '../http/support/stub-compositions.ts'
import { NO_VERIFICATIONS } from '../http/support/stub-verifications.ts'
import { RecorderBench } from '../support/recorder-bench.ts'
import { suite } from '../support/suite.ts'

const WORD = 'Mustermann'

suite('the auditor’s questions to a recorder', (test) => {
  let bench: RecorderBench
  let server: HttpServer
  let client: RecorderClient
  let id: string
  test.before(async () => {
    bench = await RecorderBench.create()
    const { recorder } = bench
    const { clock, log } = { clock: bench.clock, log: recorder.log }
    server = await startHttp({
      audit: createAudit({ log, now: () => clock.now() }),
      recorder,
      verifications: NO_VERIFICATIONS,
      compositions: new StubCompositions(),
      bundles: new StubBundles(),
      access: createAccess({ homeToken: HOME_TOKEN, tokens: () => log.tokens() }),
      port: 0,
      version: '1.2.3',
      user: 'tester',
      configuration: configurationWith({}),
      logger: pino({ level: 'silent' }),
      isRunning: () => true,
    })
    client = createClient({ url: server.url, token: HOME_TOKEN })
    const tags = { customer: WORD }
    id = (await bench.command('api', 'recording.start', { tags })).id
    await bench.command('api', 'track.pause', { media: ['mic'] })
    await assert.rejects(bench.command('ui', 'track.stop'))
  })
  test.after(async () => {
    await server.close()
    await bench.dispose()
  })

  const accesses = async (): Promise<LogEvent[]> =>
    (await bench.events()).filter(({ type }) => type === 'recording.accessed')

  test('tell of a recording that goes on', async () => {
    const { items: pauses } = await client.auditReport('long-pauses', { minSeconds: 0 })
    const [pause] = pauses
    assert.deepEqual(
      [pauses.length, pause?.recordingId, pause?.medium, pause?.to, pause?.pausedBy?.client],
      [1, id, 'mic', null, 'crm'],
    )
    const { items: gaps } = await client.auditReport('gaps', { reason: ['paused', 'notStarted'] })
    assert.ok(gaps.some(({ reason, to }) => reason === 'paused' && to === null))
    const { items: refusals } = await client.auditReport('refusals')
    assert.deepEqual(
      refusals.map(({ by, command, code }) => [by.side, command, code]),
      [['ui', 'track.stop', 'CONTROL_HELD_BY_API']],
    )
    assert.deepEqual((await client.auditReport('untagged')).items, [])
  })

  test('are one access an act, however many there are, and however they are asked', async () => {
    await client.auditEvents({ limit: 2 })
    await client.auditEvents({ type: ['recording.started'] })
    await (await client.auditCsv('events')).text()
    await client.auditReport('refusals')
    assert.equal((await accesses()).length, 1)
    const { items } = await client.auditReport('accesses')
    assert.deepEqual(
      items.map(({ act, recordingId, by }) => [act, recordingId, by.client]),
      [['readEvents', null, 'home']],
    )
    await client.auditReport('untagged', { key: 'desk' })
    await client.auditReport('untagged', { key: 'desk' })
    const { items: more } = await client.auditReport('accesses')
    assert.deepEqual(
      more.slice(1).map(({ act, keys, found }) => [act, keys, found]),
      [['searched', ['desk'], 0]],
    )
  })

  test('count what a client has done, and tell of what an erasure has left', async () => {
    await bench.command('api', 'track.resume')
    await bench.command('api', 'recording.tag', { tags: { note: WORD } })
    await bench.command('api', 'track.stop')
    await bench.command('api', 'recording.close')
    await client.erase(id, 'asked')
    const { items } = await client.auditReport('client-activity', { client: 'crm' })
    const [counts] = items
    assert.deepEqual(
      [counts?.starts, counts?.pauses, counts?.resumes, counts?.tags, counts?.stops],
      [1, 1, 1, 1, 1],
    )
    const { items: untagged } = await client.auditReport('untagged', { key: 'desk' })
    assert.deepEqual(
      untagged.map(({ recordingId, erased, tagKeys }) => [recordingId, erased, tagKeys]),
      [[id, true, ['customer', 'note']]],
    )
    const { items: pauses } = await client.auditReport('long-pauses', { minSeconds: 0 })
    assert.deepEqual([pauses[0]?.erased, pauses[0]?.resumedBy?.client], [true, 'crm'])
    const { items: refusals } = await client.auditReport('refusals')
    assert.deepEqual([refusals[0]?.erased, refusals[0]?.detail], [true, 'erased'])
    // The act begins, which is an event of the recording, too.
    await client.auditEvents({ recordingId: id, limit: 1 })
    const all = await client.auditEvents({ recordingId: id, limit: 1000 })
    const csv = await (await client.auditCsv('events', { recordingId: id })).text()
    assert.ok(all.items.some(({ type }) => type === 'recording.tagged'))
    assert.equal(csv.split('\r\n').length, all.items.length + 2)
    assert.doesNotMatch(JSON.stringify(all) + csv, new RegExp(WORD))
  })
})
