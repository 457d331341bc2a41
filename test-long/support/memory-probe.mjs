/**
 * Collects garbage at each SIGUSR2 and appends the bytes that remain as a line to the file
 * F2F_MEMORY_PROBE. Loaded into a daemon with `NODE_OPTIONS=--import …`.
 */
import { appendFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
process.on('SIGUSR2', () => {
  // Not with the flavor last-resort: it also discards compiled code, whose remains need dozens of
  // seconds to disappear.
  collect()
  const { heapUsed, external } = process.memoryUsage()
  appendFileSync(process.env.F2F_MEMORY_PROBE, `${heapUsed + external}\n`)
})
