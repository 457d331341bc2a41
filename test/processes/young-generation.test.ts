import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { programArgs } from '../support/program-args.ts'
import { suite } from '../support/suite.ts'

const LIMIT_MS = 30_000
const child = new URL('./support/busy-child.ts', import.meta.url)

suite('the young generation of the heap', (test) => {
  test('grows while the event loop is busy, and not without that', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, programArgs(child), {
      encoding: 'utf8',
      timeout: LIMIT_MS,
    })
    assert.equal(status, 0, stderr)
    assert.deepEqual(JSON.parse(stdout), { grewWithout: false, kept: true })
  })
})
