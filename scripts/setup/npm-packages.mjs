import { spawnSync } from 'node:child_process'
import { lstatSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { findProgram } from './find-program.mjs'

const ROOT = new URL('../../', import.meta.url)

function lockedPackages(file) {
  return JSON.parse(readFileSync(new URL(file, ROOT), 'utf8')).packages
}

/**
 * Whether node_modules matches package-lock.json. Compares the content, because file times change
 * with every checkout. Optional packages may be absent (other platforms, a failed download) or lack
 * their file.
 */
function isInstalled() {
  let installed
  try {
    installed = lockedPackages('node_modules/.package-lock.json')
  } catch {
    return false
  }
  return Object.entries(lockedPackages('package-lock.json')).every(([path, wanted]) => {
    if (path === '') return true
    const found = installed[path]
    if (found === undefined) return wanted.optional === true || wanted.peer === true
    return found.version === wanted.version && found.integrity === wanted.integrity
  })
}

/** `npm ci` empties the folder that a link leads to, which another checkout may be using. */
function refuseLink() {
  const path = fileURLToPath(new URL('node_modules', ROOT))
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return
  throw new Error(
    'node_modules is a link, and its packages differ from package-lock.json. Remove the link and run this again.',
  )
}

/** Runs `npm ci` when node_modules is missing or not up to date. Throws when that fails. */
export function installNpmPackages() {
  if (isInstalled()) return
  refuseLink()
  console.error('setup: installing npm packages')
  const args = [
    'ci',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  // When npm runs this script, use that same npm.
  const npm = process.env.npm_execpath
  const [command, all] = npm?.endsWith('.js') ? [process.execPath, [npm, ...args]] : ['npm', args]
  const ffmpeg = process.env.FFMPEG_BIN ?? findProgram('ffmpeg')
  const result = spawnSync(command, all, {
    cwd: fileURLToPath(ROOT),
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32' && command === 'npm',
    // With FFMPEG_BIN set, ffmpeg-static uses the existing ffmpeg and downloads none.
    env: { ...process.env, ...(ffmpeg === undefined ? {} : { FFMPEG_BIN: ffmpeg }) },
  })
  if (result.status === 0) return
  // npm prints the reason first and pages of usage after it.
  const reason = result.error?.message ?? result.stderr.split('\n').slice(0, 15).join('\n')
  throw new Error(`The installation with npm ci failed:\n${reason}`)
}
