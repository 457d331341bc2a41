import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { findProgram } from './programs.mjs'

/**
 * Program → Debian package, for everything that the virtual devices run. The one list;
 * lab/virtual-desktop-problem.ts reads it too.
 */
const PROGRAMS = JSON.parse(
  readFileSync(new URL('../../lab/programs.json', import.meta.url), 'utf8'),
)

function missingPackages() {
  const missing = Object.keys(PROGRAMS).filter((program) => !findProgram(program))
  return [...new Set(missing.map((program) => PROGRAMS[program]))]
}

function aptGet(...args) {
  return spawnSync('apt-get', ['-qq', '-y', '-o', 'DPkg::Lock::Timeout=120', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1' },
  })
}

/**
 * Installs with the package lists there are; where that fails, for lack of lists or with old ones,
 * once more with new ones.
 */
function install(packages) {
  // Never at the price of another package: PulseAudio would displace a desktop's PipeWire.
  const args = ['install', '--no-install-recommends', '--no-remove', ...packages]
  if (aptGet(...args).status === 0) return null
  const update = aptGet('update')
  const second = aptGet(...args)
  if (second.status === 0) return null
  return [second.error?.message, update.stderr, second.stderr].filter(Boolean).join('\n').trim()
}

/**
 * Installs what the virtual devices need. Where that cannot be done it says so: without them tests
 * are skipped, not failed.
 */
export function installSystemPackages() {
  if (process.platform !== 'linux') return adviseFfmpeg()
  const packages = missingPackages()
  if (packages.length === 0) return
  const list = packages.join(' ')
  const isDebian = findProgram('apt-get') !== undefined
  if (!isDebian || process.getuid() !== 0) {
    const how = isDebian ? `run: sudo apt-get install ${list}` : `install (Debian's names): ${list}`
    console.error(`setup: for virtual devices ${how}`)
    return
  }
  console.error(`setup: installing system packages: ${list}`)
  const problem = install(packages)
  if (problem === null) return
  const text = `apt-get install ${list} failed:\n${problem}`
  // A build server that cannot test on devices must not pass for one that did.
  if (process.env.CI) throw new Error(text)
  console.error(`setup: ${text}\nsetup: going on without virtual devices`)
}

function adviseFfmpeg() {
  if (process.env.FFMPEG_BIN || findProgram('ffmpeg')) return
  const how = process.platform === 'darwin' ? 'brew install ffmpeg' : 'winget install Gyan.FFmpeg'
  console.error(
    `setup: no ffmpeg on PATH; install it with: ${how} (until then the package ffmpeg-static is used)`,
  )
}
