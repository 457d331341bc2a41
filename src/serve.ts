import { type DaemonOptions, startDaemon } from './daemon.ts'
import { createLogger } from './logging.ts'
import { ServiceNotifier } from './service/service-notifier.ts'
import { keepHeapSmall } from './small-heap.ts'

/** A stop signal leaves 5 s in all. */
const EXIT_LIMIT_MS = 4_800

/**
 * Runs the daemon as this process: resolves when it is ready, and prints the ready line. SIGINT and
 * SIGTERM finish the recording and end the process. Rejects with an Error whose message tells a
 * person what to do.
 */
export async function serve(options: DaemonOptions): Promise<void> {
  keepHeapSmall()
  // LevelDB creates its files open to all that the mask lets through.
  process.umask(0o077)
  const logger = createLogger()
  const notifier = ServiceNotifier.fromEnvironment(process.env, logger)
  const daemon = await startDaemon(options, logger)
  let stopping = false
  const stop = (code: number): void => {
    if (stopping) return
    stopping = true
    process.exitCode = code
    notifier?.stopping()
    setTimeout(() => process.exit(code || 1), EXIT_LIMIT_MS).unref()
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
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'the recorder failed and ends')
    stop(1)
  })
  process.stdout.write(`listening on ${daemon.url}\n`)
  void notifier?.ready(`Listening on ${daemon.url}`, () => daemon.checkLog())
}
