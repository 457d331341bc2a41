import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { F2F } from '../../lab/daemon.ts'
import { eventually, suite } from '../support/suite.ts'

const posix = process.platform === 'win32' ? 'Windows has no SIGHUP' : null

suite('a recorder that is just starting', (test) => {
  test.unless(posix, 'reads config.json again when it is ready, and does not end', async () => {
    const home = await mkdtemp(join(tmpdir(), 'f2f-home-'))
    const args = [F2F, 'serve', '--home', home, '--port', '0', '--source', 'synthetic']
    const daemon = spawn(process.execPath, args, {
      detached: true,
      env: { ...process.env, F2F_KEY_STORE: 'file' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const exited = once(daemon, 'exit')
    let told = ''
    for (const stream of [daemon.stdout, daemon.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        told += text
      })
    try {
      // From here on other programs know whom to signal.
      const path = join(home, 'daemon.json')
      await new Promise<void>((resolve) => {
        const look = () => (existsSync(path) ? resolve() : setImmediate(look))
        look()
      })
      daemon.kill('SIGHUP')
      await eventually('the recorder is ready', () => /listening on/.test(told), 20_000)
      await eventually('config.json is read', () => /config.json has been read again/.test(told))
      daemon.kill('SIGTERM')
      assert.deepEqual(await exited, [0, null])
    } finally {
      daemon.kill('SIGKILL')
      await rm(home, { recursive: true, force: true })
    }
  })
})
