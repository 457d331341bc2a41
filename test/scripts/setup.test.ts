import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { virtualDesktopProblem } from '../../lab/virtual-desktop.ts'
import { suite } from '../support/suite.ts'

const ROOT = resolve('.')
const problem = await virtualDesktopProblem('pipewire')

/** Stands for the writer of the man pages, which the build calls. */
const MAN_PAGES = `import { mkdirSync, writeFileSync } from 'node:fs'
export function writeManPages(folder: string, version: string): void {
  mkdirSync(folder)
  writeFileSync(folder + '/f2f.1', version)
}
`

/** Stands for the definitions of the machines, whose charts the build lays out. */
const DEFINITIONS = `export const MACHINES_VERSION = 1
export const definitionOf = () => ({ states: [], transitions: [], invoke: [], initial: null })
`

/** Makes a checkout with sources of its own. Everything else is that of this checkout. */
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
  write(join(folder, 'src/serve.ts'), 'export {}\n')
  write(join(folder, 'src/word.ts'), "export const word = 'first'\n")
  write(join(folder, 'src/cli/man/write-man-pages.ts'), MAN_PAGES)
  write(join(folder, 'src/page/index.html'), '<p>page</p>')
  write(join(folder, 'src/machines/definitions/definitions.ts'), DEFINITIONS)
  write(join(folder, 'src/contract/commands.ts'), 'export const COMMANDS: string[] = []\n')
  writePage(join(folder, 'src/ui'))
  return folder
}

/** A page with the files that the build bundles. */
function writePage(folder: string): void {
  const head = '<style></style><script src="/assets/start.js"></script>'
  write(join(folder, 'index.html'), head)
  write(join(folder, 'manifest.webmanifest'), '{}')
  write(join(folder, 'icons/app.svg'), '<svg/>')
  write(join(folder, 'style/main.css'), 'p { color: red }')
  write(join(folder, 'start.ts'), "import('./main.tsx')\n")
  write(join(folder, 'main.tsx'), 'document.title = "page"\n')
  for (const view of ['list', 'player', 'inspector', 'audit', 'settings'])
    write(join(folder, view, `${view}.css`), 'p { color: green }')
  write(join(folder, 'live/stream-worker.ts'), 'addEventListener("connect", () => {})\n')
}

function write(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
}

function setup(
  folder: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): { code: number | null; printed: string } {
  const script = join(folder, 'scripts/setup.mjs')
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  return { code: status, printed: stdout + stderr }
}

const runBuilt = (folder: string): string =>
  spawnSync(process.execPath, [join(folder, 'dist/cli/f2f.cjs')], { encoding: 'utf8' }).stdout

suite('set-up', (test) => {
  test('set-up builds when sources are newer than the build, and otherwise prints nothing', () => {
    const folder = checkout()
    assert.equal(setup(folder, ['--build']).code, 0)
    assert.equal(runBuilt(folder), 'first\n')
    assert.equal(readFileSync(join(folder, 'dist/page/index.html'), 'utf8'), '<p>page</p>')
    const charts = readdirSync(join(folder, 'dist/ui/charts'))
    for (const ending of ['', '.br', '.gz']) assert.ok(charts.includes(`track-v1.json${ending}`))
    assert.match(readFileSync(join(folder, 'dist/man/f2f.1'), 'utf8'), /^\d+\.\d+\.\d+$/)
    assert.ok(statSync(join(folder, 'dist/cli/f2f.cjs')).mode & 0o100, 'executable')
    assert.deepEqual(setup(folder, ['--build']), { code: 0, printed: '' })

    write(join(folder, 'src/word.ts'), "export const word = 'second'\n")
    const later = new Date(Date.now() + 2_000)
    utimesSync(join(folder, 'src/word.ts'), later, later)
    assert.equal(setup(folder, ['--build']).code, 0)
    assert.equal(runBuilt(folder), 'second\n')
  })

  test('set-up builds when what lays out the charts is newer than the build', () => {
    const folder = checkout()
    assert.equal(setup(folder, ['--build']).code, 0)
    const later = new Date(Date.now() + 2_000)
    utimesSync(join(folder, 'scripts/setup/layout-charts.mjs'), later, later)
    assert.match(setup(folder, ['--build']).printed, /building/)
  })

  test('a build with errors names them, fails, and keeps the last good build', () => {
    const folder = checkout()
    assert.equal(setup(folder, ['--build']).code, 0)
    write(join(folder, 'src/word.ts'), 'export const word: string = 7\n')
    const { code, printed } = setup(folder, ['--build'])
    assert.equal(code, 1)
    assert.match(printed, /word\.ts/)
    assert.equal(runBuilt(folder), 'first\n')
  })

  test('a build contains nothing of sources that were removed', () => {
    const folder = checkout()
    write(join(folder, 'src/old.ts'), 'export const old = 1\n')
    assert.equal(setup(folder, ['--build']).code, 0)
    assert.ok(existsSync(join(folder, 'dist/old.js')))
    rmSync(join(folder, 'src/old.ts'))
    assert.equal(setup(folder, ['--build']).code, 0)
    assert.equal(existsSync(join(folder, 'dist/old.js')), false)
  })

  const notLinux =
    process.platform === 'linux' ? null : 'system packages are installed on Linux only'
  test.unless(
    notLinux,
    'set-up names the system packages that it cannot install, and goes on',
    () => {
      const PATH = mkdtempSync(join(tmpdir(), 'empty-'))
      const desktop = setup(ROOT, ['--devices'], { PATH, CI: '' })
      assert.equal(desktop.code, 0)
      assert.match(
        desktop.printed,
        /^setup: Packages of the virtual devices are missing\. Install .*xvfb.*pulseaudio/,
      )
      assert.doesNotMatch(desktop.printed, /pipewire/, 'it could replace the sound server')
      const server = setup(ROOT, ['--devices'], { PATH, CI: '1' })
      assert.match(server.printed, /^setup: .*Install .*xvfb.*pipewire-pulse wireplumber/)
    },
  )

  test.unless(problem, 'set-up prints nothing when all packages are installed', () => {
    assert.deepEqual(setup(ROOT, ['--devices']), { code: 0, printed: '' })
  })

  test('set-up installs nothing into the folder that a link leads to', () => {
    const folder = checkout()
    const linked = mkdtempSync(join(tmpdir(), 'packages-'))
    write(join(linked, '.package-lock.json'), '{"packages":{}}')
    rmSync(join(folder, 'node_modules'))
    symlinkSync(linked, join(folder, 'node_modules'))
    const { code, printed } = setup(folder, [])
    assert.equal(code, 1)
    assert.match(printed, /node_modules is a link.*Remove the link/)
    assert.ok(existsSync(join(linked, '.package-lock.json')))
  })

  test('set-up refuses unknown arguments', () => {
    const { code, printed } = setup(ROOT, ['--device'])
    assert.equal(code, 1)
    assert.match(printed, /--device/)
  })
})
