import { type Logger, pino } from 'pino'
import pretty from 'pino-pretty'
import { linesByTurn } from './lines-by-turn.ts'

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

/**
 * The daemon's logger: JSON lines to stderr, readable on a terminal, with credentials and tag
 * values taken out. Written at the end of each turn of the event loop, from `warn` on at once: what
 * a dying daemon said last must not be lost.
 * `F2F_LOG_LEVEL` (default info) is a pino level.
 */
export function createLogger(env: NodeJS.ProcessEnv = process.env): Logger {
  const options = {
    level: env.F2F_LOG_LEVEL ?? 'info',
    redact: { paths: REDACTED, censor: '[redacted]' },
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
  }
  if (process.stderr.isTTY)
    return pino(options, pretty({ destination: 2, sync: true, ignore: 'pid' }))
  const lines = linesByTurn(pino.destination({ fd: 2, sync: true }))
  process.on('exit', () => lines.flushSync())
  return pino(options, lines)
}
