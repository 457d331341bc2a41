import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { findProgram } from './find-program.mjs'

/**
 * The programs that the virtual devices and the tests run, in groups, each with its Debian package.
 * lab/missing-programs.ts reads the same list.
 */
const PROGRAMS = JSON.parse(
  readFileSync(new URL('../../lab/programs.json', import.meta.url), 'utf8'),
)

function missingPackages(programs) {
  const missing = Object.keys(programs).filter((program) => !findProgram(program))
  return [...new Set(missing.map((program) => programs[program]))]
}

function aptGet(...args) {
  return spawnSync('apt-get', ['-qq', '-y', '-o', 'DPkg::Lock::Timeout=120', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1' },
  })
}

/**
 * Installs packages. When that fails, because package lists are missing or old, it updates the
 * lists and tries once more. Returns the reason of a failure, or null.
 */
function install(packages) {
  // Never removes another package: PulseAudio would replace a desktop's PipeWire.
  const args = ['install', '--no-install-recommends', '--no-remove', ...packages]
  if (aptGet(...args).status === 0) return null
  const update = aptGet('update')
  const second = aptGet(...args)
  if (second.status === 0) return null
  return [second.error?.message, update.stderr, second.stderr].filter(Boolean).join('\n').trim()
}

/**
 * Installs the packages of the virtual devices. Where it cannot, it prints their names and returns:
 * tests without virtual devices are skipped, they do not fail. On a build server (`CI`) it throws.
 */
export function installSystemPackages() {
  if (process.platform !== 'linux') return adviseFfmpeg()
  // All groups only on a build server: on somebody's desktop, pipewire-pulse could replace the
  // sound server. In one call, because each reads the lists and runs the triggers again.
  const { desktop, evidence, pipewire, wayland } = PROGRAMS
  const wanted = [desktop, evidence]
  const hasWayland = process.env.F2F_LAB_SCREEN === 'wayland'
  if (process.env.F2F_LAB_SOUND === 'pipewire' || hasWayland) wanted.push(pipewire)
  if (hasWayland) wanted.push(wayland)
  const groups = process.env.CI ? Object.values(PROGRAMS) : wanted
  installPackages(missingPackages(Object.assign({}, ...groups)))
}

function installPackages(packages) {
  if (packages.length === 0) return
  const list = packages.join(' ')
  const isDebian = findProgram('apt-get') !== undefined
  if (!isDebian || process.getuid() !== 0) {
    const how = isDebian ? `Run: sudo apt-get install ${list}` : `Install (Debian's names): ${list}`
    console.error(`setup: Packages of the virtual devices are missing. ${how}`)
    return
  }
  console.error(`setup: installing system packages: ${list}`)
  const problem = install(packages)
  if (problem === null) return
  const text = `apt-get install ${list} failed:\n${problem}`
  // A build server that cannot test on devices must not look like one that has.
  if (process.env.CI) throw new Error(text)
  console.error(`setup: ${text}\nsetup: Going on without virtual devices.`)
}

function adviseFfmpeg() {
  if (process.env.FFMPEG_BIN || findProgram('ffmpeg')) return
  const how = process.platform === 'darwin' ? 'brew install ffmpeg' : 'winget install Gyan.FFmpeg'
  console.error(
    `setup: There is no ffmpeg on PATH, so the package ffmpeg-static is used. Run: ${how}`,
  )
}
