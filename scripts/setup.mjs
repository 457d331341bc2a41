/**
 * Prepares this checkout to run: `setup.mjs [--devices] [--build]`.
 *   always     installs npm packages when they differ from package-lock.json or are missing
 *   --devices  installs the system packages of the virtual devices on Debian and Ubuntu as root;
 *              elsewhere it names them
 *   --build    builds dist when it is older than its sources
 * Prints nothing when nothing has to be done. Uses plain Node without dependencies, because it runs
 * before `npm install`.
 */
import { buildIfStale } from './setup/build.mjs'
import { installNpmPackages } from './setup/npm-packages.mjs'
import { installSystemPackages } from './setup/system-packages.mjs'

const OLDEST_NODE = [20, 19]

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [oldestMajor, oldestMinor] = OLDEST_NODE
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return
  throw new Error(
    `This is Node ${process.versions.node}. Install Node ${OLDEST_NODE.join('.')} or newer.`,
  )
}

const OPTIONS = ['--devices', '--build']
const args = new Set(process.argv.slice(2))
try {
  for (const argument of args)
    if (!OPTIONS.includes(argument))
      throw new Error(`The argument ${argument} is unknown. Use ${OPTIONS.join(' or ')}.`)
  checkNode()
  // The system's ffmpeg comes first, so that npm does not download another one.
  if (args.has('--devices')) installSystemPackages()
  installNpmPackages()
  if (args.has('--build')) await buildIfStale()
} catch (error) {
  console.error(`setup: ${error.message}`)
  process.exitCode = 1
}
