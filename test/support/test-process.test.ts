import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { programArgs } from './program-args.ts'
import { suite } from './suite.ts'
import { type FileResult, runInOneProcess } from './test-process.ts'

const UVU = pathToFileURL(resolve('node_modules', 'uvu', 'dist', 'index.mjs')).href

/** Each test is a body; `assert` is there. */
const FILES = {
  changes: `process.env.F2F_CHANGED = 'yes'
    process.env.TZ = 'Asia/Tokyo'
    process.chdir('/')`,
  sees: `assert.equal(process.env.F2F_CHANGED, undefined)
    assert.equal(process.env.TZ, 'UTC')
    assert.equal(process.env.F2F_KEY_STORE, 'file')
    assert.notEqual(process.cwd(), '/')`,
  fails: 'assert.equal(1, 2)',
  isKilled: `process.kill(process.pid, 'SIGKILL')`,
  hasNoTurn: '',
}
type Name = keyof typeof FILES

suite('test files that share a process', (test) => {
  test('find it as it was, fail on their own, and get another one when it dies', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'f2f-in-turn-'))
    const program = (name: string) => join(folder, `${name}.mjs`)
    for (const [name, body] of Object.entries(FILES))
      writeFileSync(
        program(name),
        `import assert from 'node:assert/strict'
        import { suite } from '${UVU}'
        const tests = suite('${name}')
        tests('${name}', () => { ${body} })
        tests.run()`,
      )
    const results = new Map<string, FileResult>()
    const left = await runInOneProcess(
      Object.keys(FILES),
      {
        program,
        runInTurn: programArgs(new URL('./run-in-turn.ts', import.meta.url)),
        tsxFolder: folder,
        env: { ...process.env, TZ: 'UTC', F2F_KEY_STORE: undefined },
        fileLimitMs: 60_000,
        tries: 1,
      },
      (name, result) => void results.set(name, result),
    )
    const outcome = (name: Name) => {
      const result = results.get(name)
      return { passed: result?.passed, isFailed: (result?.failed ?? 0) > 0 }
    }
    for (const name of ['changes', 'sees'] as const)
      assert.deepEqual(outcome(name), { passed: 1, isFailed: false }, name)
    for (const name of ['fails', 'isKilled'] as const)
      assert.deepEqual(outcome(name), { passed: 0, isFailed: true }, name)
    assert.deepEqual(left, ['hasNoTurn'])
  })
})
