/**
 * Loaded into a daemon (`NODE_OPTIONS=--import …`): at each SIGUSR2 it collects garbage and adds
 * what is left (bytes) as a line to F2F_MEMORY_PROBE.
 */
import { appendFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
process.on('SIGUSR2', () => {
  // Not of the last resort: that also throws away compiled code, whose remains take dozens of
  // seconds to go.
  collect()
  const { heapUsed, external } = process.memoryUsage()
  appendFileSync(process.env.F2F_MEMORY_PROBE, `${heapUsed + external}\n`)
})
