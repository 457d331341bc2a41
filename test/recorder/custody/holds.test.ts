import assert from 'node:assert/strict'
import { suite } from '../../support/suite.ts'
import { ADMIN, CustodyBench } from './support/custody-bench.ts'

suite('holds', (test) => {
  test('keep a recording from erasure until the last of them is released', async () => {
    const custody = await CustodyBench.create()
    const id = await custody.closed()
    await custody.hold(id, 'First reason.')
    const { holds } = await custody.hold(id, 'Second reason.')
    assert.deepEqual(
      holds.map(({ reason, by }) => [reason, by.client]),
      [
        ['First reason.', 'officer'],
        ['Second reason.', 'officer'],
      ],
    )
    for (const { id: holdId } of holds) {
      await assert.rejects(custody.erase(id), { code: 'ON_HOLD' })
      await custody.release(id, holdId)
    }
    assert.ok((await custody.erase(id)).erased)
    await custody.bench.dispose()
  })

  test('say in the refusal which of them stand', async () => {
    const custody = await CustodyBench.create()
    const id = await custody.closed()
    const { holds } = await custody.hold(id)
    const refusal = await custody.erase(id).catch((error) => error)
    assert.deepEqual(refusal.members, {
      recordingId: id,
      state: 'Closed',
      allowedCommands: ['start', 'consent'],
      holds: [holds[0]?.id],
    })
    await custody.bench.dispose()
  })

  test('can be placed on what is still being recorded, and stand when it is closed', async () => {
    const custody = await CustodyBench.create()
    const { bench } = custody
    const { id } = await bench.command('api', 'recording.start')
    await custody.hold('current')
    await bench.command('api', 'track.stop')
    await bench.command('api', 'recording.close')
    await assert.rejects(custody.erase(id), { code: 'ON_HOLD' })
    await bench.restart()
    assert.equal((await bench.recorder.recording(id, 'api')).holds.length, 1)
    await bench.dispose()
  })

  test('come before an erasure that arrives with them, or are refused', async () => {
    const custody = await CustodyBench.create()
    for (const first of ['hold', 'erase'] as const) {
      const id = await custody.closed()
      const acts = { hold: () => custody.hold(id), erase: () => custody.erase(id) }
      const second = first === 'hold' ? 'erase' : 'hold'
      const [one, other] = await Promise.allSettled([acts[first](), acts[second]()])
      assert.equal(one.status, 'fulfilled')
      assert.equal(
        other.status === 'rejected' && other.reason.code,
        first === 'hold' ? 'ON_HOLD' : 'ERASED',
      )
    }
    await custody.bench.dispose()
  })

  test('that another one must release are not released by who placed them', async () => {
    const custody = await CustodyBench.create({}, { holds: { releaseBy: 'other' } })
    const id = await custody.closed()
    const { holds } = await custody.hold(id)
    const holdId = holds[0]?.id as string
    await assert.rejects(custody.release(id, holdId), { code: 'FORBIDDEN_SAME_ACTOR' })
    const other = { ...ADMIN, client: 'second-officer' }
    assert.deepEqual((await custody.release(id, holdId, other)).holds, [])
    await assert.rejects(custody.release(id, holdId, other), { code: 'NOT_FOUND' })
    await custody.bench.dispose()
  })

  test('keep their reasons sealed in the log', async () => {
    const custody = await CustodyBench.create()
    const { bench } = custody
    const id = await custody.closed()
    const { holds } = await custody.hold(id, 'Suit of Erika Mustermann')
    await custody.release(id, holds[0]?.id as string)
    await custody.erase(id)
    assert.doesNotMatch(JSON.stringify(await bench.events()), /Mustermann/)
    await bench.dispose()
  })
})
