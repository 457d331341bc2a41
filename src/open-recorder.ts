import type { Logger } from 'pino'
import { hasCode, RecorderError } from './contract/errors.ts'
import type { Home } from './home/home.ts'
import { HomeError } from './home/home-error.ts'
import { Recorder, type RecorderOptions } from './recorder/recorder.ts'
import { Ballast } from './store/ballast.ts'
import { openEventLog } from './store/event-log.ts'
import type { OpeningProgress } from './store/opening/open-verified-log.ts'
import { openingProblem } from './store/opening/opening-problem.ts'
import type { EventLog } from './store/port.ts'

/** How to open the recorder of a home. */
export interface OpenRecorderOptions {
  home: Home
  logger: Logger
  /** A person has confirmed that a log whose witness is lost is to be used as it is. */
  acceptLostWitness: boolean
  /** Called once this process alone can have the log open. May be called again. */
  onLocked(): Promise<void>
  /** Called with what the recorder is doing, as a sentence, whenever that changes. */
  onProgress(sentence: string): void
  parts: Omit<RecorderOptions, 'log' | 'ballast'>
}

/**
 * Opens the log of a home and the recorder on it. Releases the ballast once if the disk is full.
 * Rejects with a {@link HomeError} for a person, or a RecorderError.
 */
export async function openRecorder(options: OpenRecorderOptions): Promise<Recorder> {
  const ballast = new Ballast(options.home.ballastFile)
  const log = await openLog(options, ballast)
  options.onProgress('The recorder finishes what the last one has left.')
  try {
    return await Recorder.open({ ...options.parts, log, ballast })
  } catch (error) {
    await log.close()
    // With a little space left a log may open, yet not take the events of the recovery.
    if (hasCode(error, 'STORAGE_FULL') && (await ballast.release())) return openRecorder(options)
    throw error
  }
}

async function openLog(options: OpenRecorderOptions, ballast: Ballast): Promise<EventLog> {
  const { home, logger, acceptLostWitness, onLocked } = options
  try {
    return await openEventLog({
      folder: home.logFolder,
      keys: options.parts.keys,
      witnessFile: home.witnessFile,
      recordingsFolder: home.recordingsFolder,
      acceptLostWitness,
      onLocked,
      onProblem: (error) => logger.warn({ err: error }, 'the log has a problem'),
      onProgress: progressReporter(options),
    })
  } catch (error) {
    // Release the ballast so that the log can open and recordings can be read.
    if (
      error instanceof RecorderError &&
      error.code === 'STORAGE_FULL' &&
      (await ballast.release())
    )
      return openLog(options, ballast)
    return explain(error, openingProblem(error, home))
  }
}

const DOING = {
  verifying: 'The recorder verifies its log',
  rebuilding: 'The recorder makes its views of the log again',
} as const satisfies Record<OpeningProgress['task'], string>

/** Reports each step as a sentence, and once a second to the logger. */
function progressReporter({ logger, onProgress }: OpenRecorderOptions) {
  let loggedAt = performance.now()
  return (progress: OpeningProgress): void => {
    const { task, done, total } = progress
    onProgress(`${DOING[task]}: ${done} of ${total} events.`)
    if (performance.now() - loggedAt < 1_000) return
    loggedAt = performance.now()
    logger.info({ task, done, total }, 'the log is being opened')
  }
}

/** Throws an error for a person when there is a message for one, else the error itself. */
export function explain(error: unknown, message: string | undefined): never {
  throw message === undefined ? error : new HomeError(message, { cause: error })
}
