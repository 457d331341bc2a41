/** The program `f2f`; f2f.cts starts it. */
import { run } from './run.ts'

// `f2f list | head`: the reader has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

// Not `process.exit`: output to a pipe would be cut off, and a daemon would not live.
process.exitCode = await run(process.argv.slice(2), process)
