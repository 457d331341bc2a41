import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { text } from 'node:stream/consumers'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { suite } from '../support/suite.ts'
import { recording, tagEntry } from './support/samples.ts'
import { startStub } from './support/stub.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

function program(
  argv: string[],
  env: NodeJS.ProcessEnv,
): ChildProcess & { stdin: object; stdout: object; stderr: object } {
  return spawn(process.execPath, ['--import', 'tsx', MAIN, ...argv], {
    env: { ...process.env, ...env },
    stdio: 'pipe',
  })
}

/**
 * Returns every module that is loaded with this file, packages by name. Leaves out `import()` and
 * `import type`.
 */
async function loadedWith(file: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(file)) return seen
  seen.add(file)
  const source = await readFile(file, 'utf8')
  for (const [, name] of source.matchAll(
    /^(?:import|export) (?!type\b)(?:[^'"]*? from )?'([^']+)'/gm,
  )) {
    if (name!.startsWith('.'))
      await loadedWith(fileURLToPath(new URL(name!, pathToFileURL(file))), seen)
    else seen.add(name!)
  }
  return seen
}

suite('the program', (test) => {
  test('reads tags from a real stdin, prints the answer and ends with its exit code', async () => {
    const stub = await startStub({
      'POST /v1/recordings/current/tags': {
        body: recording({ tags: [tagEntry('customer', '4711')] }),
      },
    })
    try {
      const child = program(['tag', '-', '--json'], { F2F_HOME: stub.home.folder })
      child.stdin?.end('customer=4711\n')
      const [stdout, stderr, [code]] = await Promise.all([
        text(child.stdout!),
        text(child.stderr!),
        once(child, 'exit'),
      ])
      assert.equal(code, 0, stderr)
      assert.deepEqual(stub.lastRequest().body, { tags: { customer: '4711' } })
      assert.equal(JSON.parse(stdout).id, 'rec_0001')
    } finally {
      await stub.close()
    }
  })

  test('a reader that closes the pipe early causes no error', async () => {
    const child = program(['help', 'start'], {})
    child.stdout?.destroy()
    const [stderr, [code]] = await Promise.all([text(child.stderr!), once(child, 'exit')])
    assert.equal(code, 0)
    assert.doesNotMatch(stderr, /EPIPE/)
  })

  test('starts without loading the recorder or any package', async () => {
    const modules = [...(await loadedWith(MAIN))]
    assert.ok(modules.length > 20)
    assert.deepEqual(
      modules.filter(
        (name) =>
          !isBuiltin(name) &&
          !/\/src\/(cli\/.*|(client|contract|disk|home)\/[\w-]+)\.ts$/.test(name),
      ),
      [],
    )
  })
})
