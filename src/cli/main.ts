/** The program `f2f`. f2f.cts starts it. */
import { run } from './run.ts'

// In `f2f list | head`, the reader closes the pipe early. This is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

// Not `process.exit`: it would cut off output to a pipe, and end a daemon.
process.exitCode = await run(process.argv.slice(2), process)
