import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { buildPage } from './build-page.mjs'
import { bundleProgram } from './bundle-program.mjs'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const DIST = join(ROOT, 'dist')
const SRC = join(ROOT, 'src')
const UI = join(SRC, 'ui')
const MAIN = join('cli', 'f2f.cjs')
const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json']

/**
 * Lists the files and folders that a build is made from and with. A folder's time changes when a
 * file is removed.
 */
function sources() {
  const folders = [SRC, join(ROOT, 'scripts', 'setup')]
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  return [...files, ...folders, ...SETTINGS.map((name) => join(ROOT, name))]
}

function isStale() {
  if (!existsSync(join(DIST, MAIN))) return true
  const builtAt = statSync(join(DIST, MAIN)).mtimeMs
  return sources().some(
    (path) => (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > builtAt,
  )
}

function compile(folder) {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const args = [tsc, '-p', join(ROOT, 'tsconfig.build.json'), '--outDir', folder, '--noEmitOnError']
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) throw new Error('The build failed because the compiler found errors.')
}

/** Copies every file that is not TypeScript, such as fonts. The page is built, not copied. */
function copyAssets(folder) {
  const isAsset = (path) =>
    path !== UI && (statSync(path).isDirectory() || !/\.[cm]?tsx?$/.test(path))
  cpSync(SRC, folder, { recursive: true, filter: isAsset })
}

/** Loads what the charts of the page are made from. */
async function machinesOf(folder) {
  const load = (...path) => import(pathToFileURL(join(folder, ...path)))
  const definitions = await load('machines', 'definitions', 'definitions.js')
  return { definitions, commands: (await load('contract', 'commands.js')).COMMANDS }
}

/** Writes the man pages that package.json names. The compiled commands describe themselves. */
async function writeManPages(folder) {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const writer = pathToFileURL(join(folder, 'cli', 'man', 'write-man-pages.js'))
  await (await import(writer)).writeManPages(join(folder, 'man'), version)
}

/**
 * Compiles src into dist and bundles the program. Throws when the compiler finds errors, and then
 * leaves dist as it was. The new dist replaces the old one at once: no output of removed sources
 * remains, and a daemon never starts from an incomplete build.
 */
export async function build() {
  const startedAt = new Date()
  // Beside dist, so that the relative paths in its source maps are the same.
  const fresh = join(ROOT, `.f2f-build-${process.pid}`)
  const old = join(ROOT, `.f2f-old-${process.pid}`)
  try {
    compile(fresh)
    copyAssets(fresh)
    await buildPage(UI, join(fresh, 'ui'), await machinesOf(fresh))
    const main = join(fresh, MAIN)
    if (!existsSync(main)) throw new Error(`The build has no ${MAIN}.`)
    if (!readFileSync(main, 'utf8').startsWith('#!'))
      throw new Error(`${MAIN} does not start with “#!”.`)
    await bundleProgram(fresh)
    chmodSync(main, 0o755)
    await writeManPages(fresh)
    // A source that changes while the compiler runs is newer than this time.
    utimesSync(main, startedAt, startedAt)
    if (existsSync(DIST)) renameSync(DIST, old)
    renameSync(fresh, DIST)
  } finally {
    for (const folder of [fresh, old])
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Builds when dist is missing or older than its sources. */
export async function buildIfStale() {
  if (!isStale()) return
  console.error('setup: building')
  await build()
}
