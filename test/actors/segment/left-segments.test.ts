import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { leftSegments } from '../../../src/actors/segment/left-segments.ts'
import { createIdentity } from '../../../src/age/identity.ts'
import { suite } from '../../support/suite.ts'

suite('the segments of a dead daemon whose folder is missing', (test) => {
  let recordings: string
  test.beforeEach(() => {
    recordings = mkdtempSync(join(tmpdir(), 'f2f-left-'))
  })
  test.afterEach(() => rmSync(recordings, { recursive: true, force: true }))

  const opened = {
    medium: 'mic',
    number: 1,
    startedAt: '2026-11-30T10:00:00.000Z',
    container: 'ogg',
    codec: 'opus',
    file: 'mic-0001.ogg.age',
  } as const
  const salvage = async (before: string | undefined) =>
    leftSegments().salvage(
      join(recordings, 'later'),
      opened,
      createIdentity(),
      async () => before && join(recordings, before),
    )

  test('held no media when the recording before still has its own', async () => {
    mkdirSync(join(recordings, 'before'))
    assert.deepEqual(await salvage('before'), { description: null })
  })

  test('may be on a disk that is not mounted when none before has one', async () => {
    for (const before of ['before', undefined])
      await assert.rejects(salvage(before), { code: 'STORAGE_UNAVAILABLE' })
  })
})
