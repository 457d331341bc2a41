import { RecorderError } from '../../contract/errors.ts'

/**
 * The remedy of a finding: a person must restore the log; opening the log again repairs it, and
 * cannot wait; or that can wait until nothing is captured.
 */
export type Repair = 'restore' | 'reopen' | 'reopen later'

/**
 * Something that was found by the verification of a log which is in use already. LOG_DAMAGED: its
 * events are not what was written. STORAGE_UNAVAILABLE: only what is made of them is not.
 */
export class LogFinding extends RecorderError {
  readonly repair: Repair

  constructor(detail: string, repair: Repair, cause?: unknown) {
    super(repair === 'restore' ? 'LOG_DAMAGED' : 'STORAGE_UNAVAILABLE', detail, { cause })
    this.repair = repair
  }
}
