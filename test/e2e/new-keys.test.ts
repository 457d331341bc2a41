import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { suite } from '../support/suite.ts'

const built = (path: string): string =>
  fileURLToPath(new URL(`../../dist/${path}`, import.meta.url))

/** Makes many keys, and enough garbage between them. With a fault of Node it hangs at once. */
const SCRIPT = `
import { setFlagsFromString } from 'node:v8'
setFlagsFromString('--semi-space-growth-factor=1')
setFlagsFromString('--heap-growing-percent=25')
const { createIdentity } = await import(process.argv[1])
const { createSigningKey } = await import(process.argv[2])
const kept = []
for (let i = 0; i < 10_000; i++) kept[i % 500] = createIdentity().recipient.toString('hex') + i
for (let i = 0; i < 10_000; i++) kept[i % 500] = createSigningKey().publicKey.toString('hex') + i
`
const LIMIT_MS = 50_000

suite('new keys', (test) => {
  test(
    'are made also while garbage is collected',
    () => {
      const { status, signal, stderr } = spawnSync(
        process.execPath,
        [
          ...['--input-type=module', '--eval', SCRIPT],
          ...[built('age/identity.js'), built('custody/signing-key.js')],
        ],
        { timeout: LIMIT_MS, killSignal: 'SIGKILL', encoding: 'utf8' },
      )
      assert.deepEqual({ status, signal, stderr }, { status: 0, signal: null, stderr: '' })
    },
    { limitMs: LIMIT_MS + 5_000 },
  )
})
