/**
 * `npm run demo`: a CRM's session from start to close against a real daemon, over real HTTP, and
 * what came of it.
 */
import { demoOptions, USAGE } from './options.ts'
import { play } from './play.ts'
import { terminalOn } from './terminal.ts'

const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort())

const terminal = terminalOn(process.stdout)
try {
  const options = demoOptions(process.argv.slice(2))
  if (options === null) terminal.say(USAGE)
  else if (!(await play(options, terminal, interruption.signal))) process.exitCode = 1
} catch (error) {
  const isInterrupted = interruption.signal.aborted
  terminal.say(
    isInterrupted ? 'Interrupted; everything has been ended.' : `demo: ${(error as Error).message}`,
  )
  process.exitCode = isInterrupted ? 130 : 1
}
