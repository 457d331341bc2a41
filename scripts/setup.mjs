/**
 * Gets this checkout ready to run: `setup.mjs [--devices] [--build]`.
 *   always     npm packages, when they are missing or not those of package-lock.json
 *   --devices  the system packages that the virtual devices are made of (installed on Debian/Ubuntu
 * as root, else named)
 *   --build    dist, when it is older than its sources
 * Says nothing and takes no time where nothing is to do. Runs before `npm install`, so: plain Node,
 * no dependencies.
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
    `Node ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}.`,
  )
}

const KNOWN = ['--devices', '--build']
const wanted = new Set(process.argv.slice(2))
try {
  for (const argument of wanted)
    if (!KNOWN.includes(argument)) throw new Error(`unknown argument ${argument}`)
  checkNode()
  // The system's ffmpeg first: with it there, npm need not download another.
  if (wanted.has('--devices')) installSystemPackages()
  installNpmPackages()
  if (wanted.has('--build')) buildIfStale()
} catch (error) {
  console.error(`setup: ${error.message}`)
  process.exitCode = 1
}
