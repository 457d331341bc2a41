import type { EventLog } from '../../store/port.ts'

/** The parts that answer the auditor's questions. */
export interface AuditSources {
  log: Pick<EventLog, 'audit' | 'position'>
  /** Returns the recorder's time, epoch ms. */
  now(): number
}
