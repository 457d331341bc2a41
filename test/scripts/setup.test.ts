import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import * as assert from 'uvu/assert'
import { virtualDesktopProblem } from '../../lab/virtual-desktop.ts'
import { suite } from '../support/suite.ts'

const ROOT = resolve('.')
const problem = await virtualDesktopProblem()

/** A checkout with sources of its own; everything else is this one's. */
function checkout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'checkout-'))
  const files = [
    'scripts',
    'lab',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ]
  for (const name of files) cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  write(join(folder, 'src/cli/f2f.cts'), "#!/usr/bin/env node\nimport('./main.js')\n")
  write(join(folder, 'src/cli/main.ts'), "import { word } from '../word.ts'\nconsole.log(word)\n")
  write(join(folder, 'src/word.ts'), "export const word = 'first'\n")
  write(join(folder, 'src/page/index.html'), '<p>page</p>')
  return folder
}

function write(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
}

function setup(
  folder: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): { code: number | null; said: string } {
  const script = join(folder, 'scripts/setup.mjs')
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  return { code: status, said: stdout + stderr }
}

const started = (folder: string): string =>
  spawnSync(process.execPath, [join(folder, 'dist/cli/f2f.cjs')], { encoding: 'utf8' }).stdout

suite('set-up', (test) => {
  test('builds what is missing or stale, and is silent when nothing is to do', () => {
    const folder = checkout()
    assert.is(setup(folder, ['--build']).code, 0)
    assert.is(started(folder), 'first\n')
    assert.is(readFileSync(join(folder, 'dist/page/index.html'), 'utf8'), '<p>page</p>')
    assert.ok(statSync(join(folder, 'dist/cli/f2f.cjs')).mode & 0o100, 'executable')
    assert.equal(setup(folder, ['--build']), { code: 0, said: '' })

    write(join(folder, 'src/word.ts'), "export const word = 'second'\n")
    const later = new Date(Date.now() + 2_000)
    utimesSync(join(folder, 'src/word.ts'), later, later)
    assert.is(setup(folder, ['--build']).code, 0)
    assert.is(started(folder), 'second\n')
  })

  test('a build with errors says so, fails, and leaves the last good one in place', () => {
    const folder = checkout()
    assert.is(setup(folder, ['--build']).code, 0)
    write(join(folder, 'src/word.ts'), 'export const word: string = 7\n')
    const { code, said } = setup(folder, ['--build'])
    assert.is(code, 1)
    assert.match(said, /word\.ts/)
    assert.is(started(folder), 'first\n')
  })

  test('what has no source any more is not in the next build', () => {
    const folder = checkout()
    write(join(folder, 'src/old.ts'), 'export const old = 1\n')
    assert.is(setup(folder, ['--build']).code, 0)
    assert.ok(existsSync(join(folder, 'dist/old.js')))
    rmSync(join(folder, 'src/old.ts'))
    assert.is(setup(folder, ['--build']).code, 0)
    assert.not(existsSync(join(folder, 'dist/old.js')))
  })

  const notLinux =
    process.platform === 'linux' ? null : 'system packages are installed on Linux only'
  test.unless(
    notLinux,
    'where it cannot install the system packages it names them, and goes on',
    () => {
      const { code, said } = setup(ROOT, ['--devices'], {
        PATH: mkdtempSync(join(tmpdir(), 'empty-')),
      })
      assert.is(code, 0)
      assert.match(said, /^setup: for virtual devices install .*xvfb.*pulseaudio/)
    },
  )

  test.unless(problem, 'with everything there it says nothing', () => {
    assert.equal(setup(ROOT, ['--devices']), { code: 0, said: '' })
  })

  test('refuses arguments that it does not know', () => {
    const { code, said } = setup(ROOT, ['--device'])
    assert.is(code, 1)
    assert.match(said, /--device/)
  })
})
