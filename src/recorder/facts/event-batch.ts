import type { By } from '../../contract/by.ts'
import type { CommandName } from '../../contract/commands.ts'
import { isRefusedConsent } from '../../contract/custody.ts'
import type { EventData, EventType, NewEvent } from '../../contract/events.ts'
import type { Medium } from '../../contract/media.ts'
import { type RecordingFold, recordingState, stateOfTracks } from '../../machines/recording-fold.ts'
import type { AppendRequest } from '../../store/port.ts'
import {
  evolveRecordings,
  isCapturing,
  isUnconfirmed,
  type OpenRecordings,
} from '../open-recordings.ts'
import type { SegmentLedger, SelfCloseReason } from './segment-ledger.ts'

/** Who caused a fact, and through which command. */
export interface FactCause {
  by: By
  commandId: string | null
}

/** Nothing captured after `at` (epoch ms) may be kept in a track's segment. */
export interface CaptureCut {
  recordingId: string
  medium: Medium
  segment: number
  at: number
  discard: boolean
}

/** The facts that a batch needs besides the open recordings. */
export type BatchContext = Pick<SegmentLedger, 'isFinished' | 'closingVersion'> & {
  /** Who is named where the recorder acts by itself. */
  system: By
  /** Whether the rules in force erase recordings that lack consent. */
  erasesWithoutConsent(): boolean
  /** Whether the log may have lost holds, and nobody has confirmed yet that all stand again. */
  mayLackHolds(): boolean
}

/** Why capture is over. */
export type WrapUpReason = EventData['recording.wrapUpStarted']['reason']

/**
 * Collects the facts of one batch and folds each into the open recordings at once. Pure: the time
 * is passed in.
 */
export class EventBatch {
  recordings: OpenRecordings
  readonly events: NewEvent[] = []
  /** Cuts to carry out at once, before the batch is durable. */
  readonly cuts: CaptureCut[] = []
  /** Recordings to close once their files are finished. */
  readonly closeLater: { id: string; reason: SelfCloseReason }[] = []
  /** Which kept answers that may never have left are deleted with this batch. */
  voidUnacknowledged: AppendRequest['voidUnacknowledged']
  readonly atMs: number
  readonly at: string
  readonly #cause: FactCause
  readonly #context: BatchContext
  readonly #versions = new Map<string, number>()

  constructor(recordings: OpenRecordings, cause: FactCause, atMs: number, context: BatchContext) {
    this.recordings = recordings
    this.#cause = cause
    this.#context = context
    this.atMs = atMs
    this.at = new Date(atMs).toISOString()
  }

  /** Adds a fact. @throws RecorderError INTERNAL when a machine has no transition for it. */
  add<T extends EventType>(
    recordingId: string | null,
    type: T,
    data: EventData[T],
    cause: FactCause = this.#cause,
  ): void {
    let version: number | null = null
    if (recordingId !== null) {
      version = (this.#versionOf(recordingId) ?? 0) + 1
      this.#versions.set(recordingId, version)
    }
    const event = { type, recordingId, version, at: this.at, ...cause, data } as NewEvent
    this.recordings = evolveRecordings(this.recordings, event)
    this.events.push(event)
  }

  /** The version of a recording after everything that was appended; undefined if there is none. */
  #versionOf(recordingId: string): number | undefined {
    // The closing fact removes a recording; facts of its commands may still follow.
    return (
      this.#versions.get(recordingId) ??
      this.recordings.get(recordingId)?.version ??
      this.#context.closingVersion(recordingId)
    )
  }

  /**
   * Adds a refusal; it changes nothing, so it carries the recording's unchanged version. That is
   * the version now: a hold may have been appended since the caller read a closed recording.
   */
  refuse(recordingId: string | null, data: EventData['command.refused']): void {
    const version = recordingId === null ? null : (this.#versionOf(recordingId) ?? null)
    this.events.push({
      type: 'command.refused',
      recordingId,
      version,
      at: this.at,
      ...this.#cause,
      data,
    })
  }

  /** Adds that somebody saw something; it changes nothing, and no version counts it. */
  observe(
    recordingId: string | null,
    type: 'recording.accessed',
    data: EventData['recording.accessed'],
  ): void {
    const { at } = this
    this.events.push({ type, recordingId, version: null, at, ...this.#cause, data })
  }

  accept(recordingId: string, command: CommandName, media?: Medium[]): void {
    this.add(recordingId, 'command.accepted', media ? { command, media } : { command })
  }

  recording(id: string): RecordingFold {
    const fold = this.recordings.get(id)
    if (!fold) throw new TypeError(`recording ${id} is not open`)
    return fold
  }

  /** Ends a track's segment: adds the fact, and a cut that does not wait for the disk. */
  cut(
    recordingId: string,
    medium: Medium,
    how: 'pause' | 'command' | 'reverted' | 'storageFull',
    pause: { overdueAt?: string | undefined; reason?: 'locked' | 'suspended' | undefined } = {},
  ): void {
    const { overdueAt, reason } = pause
    const segment = this.recording(recordingId).tracks[medium].context.segment
    const cutAt = this.at
    // The time of the log, not the finer one: no segment may end after the cut that the log has.
    const at = Date.parse(cutAt)
    this.cuts.push({ recordingId, medium, segment, at, discard: how === 'reverted' })
    if (how === 'pause')
      this.add(recordingId, 'track.pausing', {
        medium,
        segment,
        cutAt,
        ...(overdueAt === undefined ? {} : { overdueAt }),
        ...(reason === undefined ? {} : { reason }),
      })
    else this.add(recordingId, 'track.stopping', { medium, segment, cutAt, reason: how })
  }

  /** Confirms that a recording exists, once. */
  confirm(id: string): void {
    if (isUnconfirmed(this.recording(id))) this.add(id, 'recording.started', {})
  }

  /**
   * Closes the other recordings that are in wrap-up. One whose files a slow disk has not finished
   * is closed after that.
   */
  closeOthers(id: string): void {
    for (const other of this.recordings.values()) {
      if (other.id === id || recordingState(other.session) !== 'WrapUp') continue
      if (this.#context.isFinished(other.id)) this.close(other.id, 'nextStart')
      else this.closeLater.push({ id: other.id, reason: 'nextStart' })
    }
  }

  /** Adds the recording's own change of state, when its tracks imply one. */
  addRecordingState(id: string, reason: WrapUpReason): void {
    const fold = this.recordings.get(id)
    if (!fold || !isCapturing(fold) || isUnconfirmed(fold)) return
    const state = stateOfTracks(fold.tracks)
    if (state === recordingState(fold.session)) return
    if (state === 'Paused') this.add(id, 'recording.paused', {})
    else if (state === 'Active') this.add(id, 'recording.resumed', {})
    else this.wrapUp(id, reason)
  }

  /**
   * Closes a recording, and erases it when the rules say so and its consent is gone, also if it was
   * withdrawn before they said so. A recording that is held is not erased, nor one to which the
   * customer has agreed again.
   */
  close(id: string, reason: EventData['recording.closed']['reason'], cause?: FactCause): void {
    const { holds, consent } = this.recording(id)
    const isKept = holds > 0 || !isRefusedConsent(consent) || this.#mayLackHolds
    const isToBeErased = reason === 'noConsent' || this.#context.erasesWithoutConsent()
    this.add(id, 'recording.closed', { reason }, cause)
    if (isToBeErased && !isKept) this.#eraseWithoutConsent(id)
  }

  /**
   * Where the rules say so, closes and erases a recording without consent, once its files are
   * finished. An open one that is held stays; of a closed one the caller knows that it is not held.
   * None is erased while the log may have lost a hold: the confirmation of the holds does it then.
   */
  endWithoutConsent(id: string): void {
    if (!this.#context.erasesWithoutConsent() || this.#mayLackHolds) return
    const open = this.recordings.get(id)
    if (open === undefined) this.#eraseWithoutConsent(id)
    else if (open.holds > 0) return
    else if (this.#context.isFinished(id)) this.close(id, 'noConsent')
    else this.closeLater.push({ id, reason: 'noConsent' })
  }

  get #mayLackHolds(): boolean {
    const newest = this.events.findLast(
      ({ type }) => type === 'log.witnessLost' || type === 'retention.confirmed',
    )
    return newest ? newest.type === 'log.witnessLost' : this.#context.mayLackHolds()
  }

  #eraseWithoutConsent(id: string): void {
    const data = { cause: 'consentWithdrawn', reason: 'There is no consent.' } as const
    this.add(id, 'recording.erasing', data, { by: this.#context.system, commandId: null })
  }

  wrapUp(id: string, reason: WrapUpReason): void {
    const endsAt = new Date(
      this.atMs + this.recording(id).session.context.wrapUpSeconds * 1000,
    ).toISOString()
    this.add(id, 'recording.wrapUpStarted', { endsAt, reason })
  }
}
