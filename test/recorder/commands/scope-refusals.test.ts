import assert from 'node:assert/strict'
import type { Command } from '../../../src/contract/commands.ts'
import { ScopeRefusals } from '../../../src/recorder/commands/scope-refusals.ts'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'

const by = (client: string) => ({ side: 'api' as const, client, user: 'tester' })
const stop = (client: string) => ({
  name: 'track.stop' as const,
  recordingId: 'current',
  by: by(client),
  detail: 'The request needs a credential with the scope `control`.',
})

suite('commands refused for their scope', (test) => {
  type Recorded = [client: string, name: Command['name'], count: number]

  function refusals(windowMs: number) {
    const recorded: Recorded[] = []
    const scopeRefusals = new ScopeRefusals({
      refusals: {
        record: async ({ by: { client }, name }, _refusal, count) => {
          recorded.push([client, name, count])
        },
      },
      limit: 3,
      windowMs,
      onFault: (what, error) => assert.fail(`${what}: ${error}`),
    })
    return { recorded, scopeRefusals }
  }

  test('beyond the limit of a client are counted, and one event stands for them', async () => {
    const { recorded, scopeRefusals } = refusals(60_000)
    for (let times = 0; times < 10; times++) await scopeRefusals.record(stop('crm'))
    await scopeRefusals.record(stop('other'))
    const each: Recorded = ['crm', 'track.stop', 1]
    assert.deepEqual(recorded, [each, each, each, ['other', 'track.stop', 1]])
    await scopeRefusals.close()
    assert.deepEqual(recorded.slice(4), [['crm', 'track.stop', 7]])
  })

  test('are recorded one by one again after the window', async () => {
    const { recorded, scopeRefusals } = refusals(30)
    for (let times = 0; times < 5; times++) await scopeRefusals.record(stop('crm'))
    await eventually('the window has ended', () => recorded.length === 4)
    assert.deepEqual(recorded.at(-1), ['crm', 'track.stop', 2])
    await scopeRefusals.record(stop('crm'))
    assert.deepEqual(recorded.at(-1), ['crm', 'track.stop', 1])
    await scopeRefusals.close()
  })
})

suite('the log about commands refused for their scope', (test) => {
  let bench: RecorderBench
  test.beforeEach(async () => {
    bench = await RecorderBench.create()
  })
  test.afterEach(() => bench.dispose())

  const refused = async () =>
    (await bench.events()).filter((event) => event.type === 'command.refused')

  test('says who asked for what, about which recording, and that nothing has changed', async () => {
    const { id, version } = await bench.command('api', 'recording.start', { media: ['mic'] })
    await bench.recorder.recordScopeRefusal(stop('reader'))
    await bench.recorder.recordScopeRefusal({ ...stop('reader'), recordingId: id })
    await bench.command('api', 'track.stop')
    await bench.command('api', 'recording.close')
    const { version: last } = await bench.recorder.recording(id, 'api')
    await bench.recorder.recordScopeRefusal({ ...stop('reader'), recordingId: id })
    await bench.recorder.recordScopeRefusal(stop('reader'))
    await bench.recorder.recordScopeRefusal({ ...stop('reader'), recordingId: 'no-such-recording' })
    const start = { ...stop('reader'), name: 'recording.start' as const, recordingId: null }
    await bench.recorder.recordScopeRefusal(start)
    const events = await refused()
    assert.deepEqual(
      events.map((event) => [event.recordingId, event.version, event.data.command]),
      [
        [id, version, 'track.stop'],
        [id, version, 'track.stop'],
        [id, last, 'track.stop'],
        [null, null, 'track.stop'],
        [null, null, 'track.stop'],
        [null, null, 'recording.start'],
      ],
    )
    for (const { by: who, data } of events) {
      assert.deepEqual(who, by('reader'))
      assert.equal(data.code, 'FORBIDDEN_SCOPE')
      assert.ok(!('count' in data))
    }
  })

  test('has the refusals that were only counted, too, when the recorder ends', async () => {
    const many = Array.from({ length: 100 }, () => bench.recorder.recordScopeRefusal(stop('crm')))
    await Promise.all(many)
    await bench.restart()
    const events = await refused()
    assert.equal(events.length, 61)
    assert.equal(events.at(-1)?.data.count, 40)
  })
})
