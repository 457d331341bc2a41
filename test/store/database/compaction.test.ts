import assert from 'node:assert/strict'
import { RecorderError } from '../../../src/contract/errors.ts'
import { Compaction } from '../../../src/store/database/compaction.ts'
import type { Database } from '../../../src/store/database/database.ts'
import { suite } from '../../support/suite.ts'

suite('compaction', (test) => {
  test('fails the log when a write of its own fails, which LevelDB may have torn', async () => {
    const batch = {
      put: () => batch,
      del: () => batch,
      write: async () => {
        throw Object.assign(new Error('IO error'), { code: 'LEVEL_IO_ERROR' })
      },
    }
    const db = { compactRange: async () => {}, batch: () => batch } as unknown as Database
    const failures: RecorderError[] = []
    const compaction = new Compaction(
      () => db,
      (error) => failures.push(error),
    )
    await assert.rejects(compaction.run([{ gte: 'a/', lt: 'a0' }]), RecorderError)
    assert.deepEqual(
      failures.map(({ code }) => code),
      ['STORAGE_UNAVAILABLE'],
    )
  })
})
