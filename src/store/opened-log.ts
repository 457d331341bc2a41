import type { EventData, LogEvent } from '../contract/events.ts'
import type { Unacknowledged } from './answers/acknowledgement.ts'
import type { AnswerTimes } from './answers/answers.ts'
import type { AuditIndex } from './audit/audit-index.ts'
import type { Database } from './database/database.ts'
import type { RecordingProjection } from './projection/recording.ts'
import type { Head } from './records/record.ts'
import type { ValueSeals } from './sealing/value-seals.ts'
import type { SearchWords } from './search/search-words.ts'
import { applyToState, type LogState } from './state/log-state.ts'
import type { LogTree } from './tree/log-tree.ts'
import type { OpenedTree } from './tree/open-tree.ts'
import type { LostWitness } from './witness/witness-check.ts'

/** A log with its state in memory. */
export interface OpenedLog extends LogState {
  db: Database
  /** Seals and opens the values in events. */
  seals: ValueSeals
  head: Head
  /** Set when the witness was lost and a person has accepted that. */
  lostWitness: LostWitness | undefined
  /** Set when stored views were not what the log says, so that they were rebuilt. */
  rebuiltViews: EventData['log.viewsRebuilt'] | undefined
  /** Recordings that are not closed, oldest first. */
  open: Map<string, RecordingProjection>
  answers: AnswerTimes
  unacknowledged: Unacknowledged
  words: SearchWords
  /** Erased recordings with entries in the index of tags that could not be named. */
  unnamed: Set<string>
  /** The Merkle tree of the events that are written or being written. */
  tree: LogTree
  /** The newest durable checkpoint. */
  checkpoint: OpenedTree['checkpoint']
  /** The index for the auditor's questions. */
  audit: AuditIndex
}

/** Applies an event to an opened log, in place, and forgets what is in memory of an erased one. */
export function applyToOpened(log: OpenedLog, event: LogEvent): void {
  applyToState(log, event)
  const { type, recordingId } = event
  if (type !== 'recording.erasing' || recordingId === null) return
  log.words.forget(recordingId)
  log.seals.forget(recordingId)
}
