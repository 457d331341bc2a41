import type { Logger } from 'pino'
import { type ErrorCode, hasCode, RecorderError } from '../../contract/errors.ts'
import type { EventData } from '../../contract/events.ts'
import type { KeyRing } from '../../custody/port.ts'
import type { EventLog } from '../../store/port.ts'
import type { RecorderClock } from '../../time/recorder-clock.ts'
import type { DiskWatch } from '../disk/disk-watch.ts'
import type { FactPipeline } from './fact-pipeline.ts'

const REOPEN_DELAY_MS = 1_000

/** The parts with which a log is reopened. */
export interface Reopening {
  log: Pick<EventLog, 'reopen'>
  keys: Pick<KeyRing, 'reload' | 'problem'>
  facts: Pick<FactPipeline, 'dispose' | 'unrecordedEnd'>
  diskWatch: Pick<DiskWatch, 'releaseBallast'>
  logger: Logger
  clock: Pick<RecorderClock, 'now'>
  /** False once the recorder stops. */
  isWanted(): boolean
  /** Recovers as after a crash. */
  restore(failed: Pick<EventData['log.reopened'], 'code' | 'failedAt'>): Promise<void>
}

/**
 * Reopens and verifies a log that has failed until that works, then recovers. Resolves with whether
 * it did: not with a damaged log, which can be read until a person restores it, and not when the
 * recorder stops before.
 */
export async function reopenLog(parts: Reopening, error: RecorderError): Promise<boolean> {
  const { log, keys, facts, diskWatch, logger, clock, isWanted, restore } = parts
  const failedAt = facts.unrecordedEnd?.since ?? new Date(clock.now()).toISOString()
  await facts.dispose()
  if (error.code === 'LOG_DAMAGED') return false
  // A disk that was only slow at first may be full in the end.
  let code: ErrorCode = error.code
  while (isWanted()) {
    try {
      await keys.reload()
      if (keys.problem) throw keys.problem
      if (code === 'STORAGE_FULL') await diskWatch.releaseBallast()
      await log.reopen()
      await restore({ code, failedAt })
      return true
    } catch (cause) {
      if (cause instanceof RecorderError) code = cause.code
      // A person may take hours to unlock them.
      if (!hasCode(cause, 'KEY_UNAVAILABLE'))
        logger.warn({ err: cause }, 'the log cannot be reopened yet')
      await facts.dispose()
      await new Promise((resolve) => setTimeout(resolve, REOPEN_DELAY_MS))
    }
  }
  return false
}
