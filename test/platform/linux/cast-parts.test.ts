import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CastParts } from '../../../src/platform/linux/portal/cast-parts.ts'
import { suite } from '../../support/suite.ts'

const unix = process.platform === 'win32' ? 'PipeWire needs a Unix socket' : null
/** Listens, and accepts nobody: the kernel connects clients all the same. */
const NEVER_ACCEPTS = `
require('node:net').createServer().listen(process.argv[1], () => {
  require('node:fs').writeSync(1, 'listening')
  for (;;);
})`

suite('what a capture through the portal needs', (test) => {
  let folder: string
  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'f2f-portal-'))
  })
  test.afterEach(() => rm(folder, { recursive: true, force: true }))

  test.unless(unix, 'a PipeWire that ends before it has answered is gone, no failure', async () => {
    const pipeWire = spawn(process.execPath, ['-e', NEVER_ACCEPTS, join(folder, 'pipewire-0')])
    await once(pipeWire.stdout, 'data')
    const parts = new CastParts({ XDG_RUNTIME_DIR: folder })
    const { closed } = await parts.pipeWire
    pipeWire.kill('SIGKILL')
    // An unhandled rejection would end the recorder, with all its media.
    assert.equal(await closed, undefined)
    await parts.close()
  })
})
