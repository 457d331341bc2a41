import { closeSync, openSync } from 'node:fs'
import type { Logger } from 'pino'
import { type Daemon, type DaemonOptions, startDaemon } from './daemon.ts'
import { createLogger } from './logging.ts'
import { growYoungGenerationUnderLoad } from './processes/young-generation.ts'
import { ServiceNotifier } from './service/service-notifier.ts'
import { StallWatch } from './time/stall-watch.ts'

/** A stop signal leaves 5 s in all, without the time in which this process is held. */
const EXIT_LIMIT_MS = 4_800

/**
 * Runs the daemon as this process: resolves when it is ready, and prints the ready line. SIGINT and
 * SIGTERM finish the recording and end the process, and so does the end of its terminal. Any other
 * SIGHUP reads config.json again. Rejects with an Error whose message tells a
 * person what to do.
 */
export async function serve(options: DaemonOptions): Promise<void> {
  // LevelDB creates its files open to all that the mask lets through.
  process.umask(0o077)
  const logger = createLogger()
  const notifier = ServiceNotifier.fromEnvironment(process.env, logger)
  const hadTerminal = hasTerminal()
  let reloadsWhenReady = false
  // config.json may be changed while a long log is being opened.
  const hangUpEarly = (): void => {
    if (hadTerminal && !hasTerminal()) process.exit(1)
    reloadsWhenReady = true
  }
  process.on('SIGHUP', hangUpEarly)
  const daemon = await startDaemon(options, logger)
  let stopping = false
  const stop = (code: number): void => {
    if (stopping) return
    stopping = true
    process.exitCode = code
    notifier?.stopping()
    new StallWatch(EXIT_LIMIT_MS, () => process.exit(code || 1))
    daemon.stop().then(
      () => process.exit(),
      (error) => {
        logger.fatal({ err: error }, 'the recorder did not end properly')
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', () => stop(0))
  process.on('SIGTERM', () => stop(0))
  process.off('SIGHUP', hangUpEarly).on('SIGHUP', () => {
    if (hadTerminal && !hasTerminal()) stop(0)
    else if (!stopping) void reload(daemon, logger)
  })
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'the recorder failed and ends')
    stop(1)
  })
  if (reloadsWhenReady) void reload(daemon, logger)
  process.stdout.write(`listening on ${daemon.url}\n`)
  // Not before: loading the program is load, too.
  growYoungGenerationUnderLoad()
  void notifier?.ready(`Listening on ${daemon.url}`, () => daemon.checkLog())
}

/** Never rejects: a configuration with mistakes changes nothing. */
async function reload(daemon: Daemon, logger: Logger): Promise<void> {
  try {
    const { changed, needRestart } = await daemon.reload()
    logger.info({ changed }, 'config.json has been read again')
    if (needRestart.length > 0)
      logger.warn({ needRestart }, 'these settings of config.json need a restart')
  } catch (error) {
    logger.error({ err: error }, 'config.json has not been put in force; nothing has changed')
  }
}

/** Whether this process has a terminal. On Windows only the end of a terminal sends SIGHUP. */
function hasTerminal(): boolean {
  if (process.platform === 'win32') return !process.stdin.destroyed
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}
