/**
 * `npm run demo`: runs a CRM's session from start to close against a real daemon, over real HTTP,
 * and shows the result.
 */
import { demoOptions, USAGE } from './options.ts'
import { runDemo } from './run-demo.ts'
import { createTerminal } from './terminal.ts'

const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort())

const terminal = createTerminal(process.stdout)
try {
  const options = demoOptions(process.argv.slice(2))
  if (options === null) terminal.print(USAGE)
  else if (!(await runDemo(options, terminal, interruption.signal))) process.exitCode = 1
} catch (error) {
  const isInterrupted = interruption.signal.aborted
  terminal.print(
    isInterrupted ? 'Interrupted. Everything has ended.' : `demo: ${(error as Error).message}`,
  )
  process.exitCode = isInterrupted ? 130 : 1
}
