import assert from 'node:assert/strict'
import { recordingKey } from '../../../src/store/database/keys.ts'
import { suite } from '../../support/suite.ts'
import { ADMIN, CustodyBench } from '../custody/support/custody-bench.ts'

suite('a closed recording whose stored view a disk has changed', (test) => {
  test('keeps nothing else from being recorded, and is itself again after a restart', async () => {
    const custody = await CustodyBench.create()
    const { bench } = custody
    const id = await custody.closed()
    await bench.command('api', 'recording.start')
    const { db } = bench.recorder.log.readable
    const stored = (await db.get(recordingKey(id))) as string
    await db.put(recordingKey(id), stored.replace('"Closed"', '"Clozed"'))
    const access = { recordingId: id, act: 'played', media: ['mic'], by: ADMIN } as const
    const late = { tags: { late: true } }
    const attempts = [
      () => bench.recorder.accesses.record(access),
      () => custody.hold(id),
      () => bench.command('api', 'recording.tag', late, { recordingId: id }),
    ]
    for (const attempt of attempts) {
      await assert.rejects(attempt, {
        code: 'STORAGE_UNAVAILABLE',
        message: /Restart the recorder/,
      })
      assert.equal(bench.platform.capturing, 3)
    }
    await bench.command('api', 'recording.tag', late)
    assert.equal((await bench.recorder.recording(id, 'api')).state, 'Closed')
    await bench.restart()
    assert.equal((await custody.hold(id)).holds.length, 1)
    await bench.dispose()
  })
})
