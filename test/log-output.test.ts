import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { suite } from './support/suite.ts'

const cwd = fileURLToPath(new URL('..', import.meta.url))
/** Compiled already: tsx would compile in a process that has the same stderr, and stays. */
const BUILT = new URL('../dist/log-output.js', import.meta.url)

/** Writes 2 MiB of lines to stderr, a marker to stdout, and one more line once stdin says so. */
const WRITER = `
import { once } from 'node:events'
import { openLogOutput } from '${BUILT}'
const output = openLogOutput((lost) => 'lost ' + lost + '\\n')
for (let i = 0; i < 2048; i++) output.write('x'.repeat(1022) + '.\\n')
process.stdout.write('written')
await once(process.stdin, 'data')
if (process.stderr.writableNeedDrain) await once(process.stderr, 'drain')
output.write('last\\n')
process.stdin.destroy()
`

/** Writes lines to stderr and ends at once. */
const HASTY_WRITER = `
import { openLogOutput } from '${BUILT}'
const output = openLogOutput(() => 'lost')
process.on('exit', () => output.end())
for (let i = 0; i < 500; i++) output.write(i + '\\n')
process.exit()
`

suite('the output of the log', (test) => {
  test('keeps 1 MiB for a reader that is behind, and says how many lines were lost', async () => {
    const args = ['--input-type', 'module', '--eval', WRITER]
    const writer = spawn(process.execPath, args, { cwd, stdio: 'pipe' })
    const [begun] = await Promise.race([once(writer.stdout, 'data'), once(writer, 'exit')])
    if (typeof begun === 'number') assert.fail(`It ended: ${await text(writer.stderr)}`)
    const read = text(writer.stderr)
    writer.stdin.write('go on')
    const lines = (await read).trimEnd().split('\n')
    assert.equal(lines.at(-1), 'last')
    const lost = Number(/^lost (\d+)$/.exec(lines.at(-2) ?? '')?.[1])
    assert.equal(lost, 2048 - (lines.length - 2))
    assert.ok(lost > 512)
  })

  test('has all lines in a file, in their order, when the process ends at once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'f2f-log-'))
    const file = await open(join(folder, 'log'), 'w+')
    try {
      const args = ['--input-type', 'module', '--eval', HASTY_WRITER]
      const writer = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'ignore', file.fd] })
      await once(writer, 'exit')
      const lines = await readFile(join(folder, 'log'), 'utf8')
      assert.equal(lines, Array.from({ length: 500 }, (_, i) => `${i}\n`).join(''))
    } finally {
      await file.close()
      await rm(folder, { recursive: true })
    }
  })
})
