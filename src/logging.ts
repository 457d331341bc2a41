import { createRequire } from 'node:module'
import { Writable } from 'node:stream'
import { type Logger, pino } from 'pino'
import type pinoPretty from 'pino-pretty'
import { linesByTurn } from './lines-by-turn.ts'
import { openLogOutput } from './log-output.ts'

/** Where secrets and personal data could stand in what is logged. */
const REDACTED = [
  'headers.authorization',
  'headers.cookie',
  '*.headers.authorization',
  '*.headers.cookie',
  'token',
  '*.token',
  'tags',
  '*.tags',
  '*.*.tags',
  'tagHistory',
  '*.tagHistory',
]

const LEVELS: readonly string[] = [
  ...['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
]

/**
 * The daemon's logger: JSON lines to stderr, readable on a terminal, with credentials and tag
 * values taken out. Written at the end of each turn of the event loop, from `warn` on at once: what
 * a dying daemon said last must not be lost. Lines that nobody reads or that find no space are
 * lost, and the log says how many.
 * `F2F_LOG_LEVEL` (default info) is a pino level. Throws an Error that names the levels.
 */
export function createLogger(env: NodeJS.ProcessEnv = process.env): Logger {
  const options = {
    level: levelFrom(env),
    redact: { paths: REDACTED, censor: '[redacted]' },
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
  }
  if (process.stderr.isTTY) {
    const output = openLogOutput((lost) => `… ${lost} lines of the log were lost here.\n`)
    const destination = new Writable({
      decodeStrings: false,
      write(lines, _encoding, done) {
        output.write(String(lines))
        done()
      },
    })
    process.on('exit', () => output.end())
    return pino(options, prettyLines()({ destination, ignore: 'pid' }))
  }
  const output = openLogOutput(lossLine)
  const lines = linesByTurn(output)
  process.on('exit', () => {
    lines.flushSync()
    output.end()
  })
  return pino(options, lines)
}

/** Loading it would be a twentieth of the recorder's start, which seldom has a terminal. */
function prettyLines(): typeof pinoPretty {
  return createRequire(import.meta.url)('pino-pretty')
}

function levelFrom({ F2F_LOG_LEVEL }: NodeJS.ProcessEnv): string {
  const level = F2F_LOG_LEVEL || 'info'
  if (LEVELS.includes(level)) return level
  throw new Error(`F2F_LOG_LEVEL must be one of ${LEVELS.join(', ')}.`)
}

/** The line that stands in place of lost ones. Its level is pino's `warn`. */
function lossLine(lostLines: number): string {
  const [pid, time] = [process.pid, new Date().toISOString()]
  const msg = 'lines of the log were lost here: nobody read them, or the disk was full'
  return `${JSON.stringify({ level: 40, time, pid, lostLines, msg })}\n`
}
