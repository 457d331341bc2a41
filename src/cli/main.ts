/** The program `f2f`. f2f.cts starts it. */
import { run } from './run.ts'

// In `f2f list | head`, the reader closes the pipe early. This is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // One sentence is enough, however many lines fail.
  if (error.code === 'EPIPE' || process.exitCode === 1) return
  process.stderr.write(`f2f: The output cannot be written: ${error.message}.\n`)
  process.exitCode = 1
})

// A message that nobody can read any more must not end what the command does, such as an export.
process.stderr.on('error', () => {})

// Not `process.exit`: it would cut off output to a pipe, and end a daemon.
const exitCode = await run(process.argv.slice(2), process)
process.exitCode ??= exitCode
