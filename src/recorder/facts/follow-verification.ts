import type { Logger } from 'pino'
import type { RecorderError } from '../../contract/errors.ts'
import { type EventLog, LogFinding } from '../../store/port.ts'
import type { RecorderBus } from '../port.ts'

/** The parts with which the verification of a log is followed. */
export interface FollowedVerification {
  log: Pick<EventLog, 'verified' | 'verification' | 'openRecordings'>
  bus: RecorderBus
  logger: Logger
  /** Called when the log must not be continued. */
  fail(finding: RecorderError): void
  /** Called when all is verified. */
  onVerified(): void
}

/**
 * Follows the verification of a log that is in use already. What it finds ends capture at once;
 * views that are only made again do so when nothing is captured any more.
 */
export function followVerification({
  log,
  bus,
  logger,
  fail,
  onVerified,
}: FollowedVerification): void {
  if (log.verification === undefined) return
  const isCapturing = (): boolean =>
    log.openRecordings().some(({ state }) => state === 'Active' || state === 'Paused')
  const onFinding = (finding: LogFinding): void => {
    logger.error({ err: finding, repair: finding.repair }, 'the verification of the log found this')
    if (finding.repair !== 'reopen later' || !isCapturing()) {
      fail(finding)
      return
    }
    const onEvents = (): void => {
      if (isCapturing()) return
      bus.off('events', onEvents)
      // The answers to these events leave first.
      setImmediate(() => fail(finding))
    }
    bus.on('events', onEvents)
  }
  log.verified().then(
    () => {
      logger.info('the log is verified')
      onVerified()
    },
    (error) => {
      // It has ended with the log otherwise, and begins again with it.
      if (error instanceof LogFinding) onFinding(error)
    },
  )
}
