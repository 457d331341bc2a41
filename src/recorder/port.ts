import type { EventEmitter } from 'eventemitter3'
import type { AllowedCommand, Command } from '../contract/commands.ts'
import type { EventData, LogEvent } from '../contract/events.ts'
import type { By, ClientSide, Medium } from '../contract/media.ts'
import type {
  ApplicationView,
  DeviceList,
  Level,
  ReadinessView,
  RecordingAnswer,
  RecordingView,
  TagEntry,
} from '../contract/resources.ts'
import type { EventLog, StoredAnswer } from '../store/types.ts'

/** Part of the port: what `log.recordings` is asked. */
export type { RecordingQuery } from '../store/types.ts'

/**
 * Bus for live readers (SSE, inspector, metrics): `events` after each commit,
 * `level` about ten times a second a track.
 */
export type RecorderBus = EventEmitter<{
  events: [events: readonly LogEvent[]]
  level: [level: { recordingId: string; medium: Medium; level: Level; at: string }]
}>

/** The port through which HTTP talks to the recorder. */
export interface RecorderPort {
  /**
   * Carries a command out and answers when its outcome is confirmed and durable: status and
   * recording (without tagHistory). Rejects with a RecorderError; a refusal is in the log before
   * that. A kept answer of the same idempotency key is given again. Whoever hangs up cancels
   * nothing.
   */
  dispatch(command: Command): Promise<StoredAnswer>
  /**
   * The recording as this side is shown it, `current` or by id. Rejects with RECORDING_NOT_FOUND or
   * NO_CURRENT_RECORDING. Not to be changed: it may be the very same object as the last time, as
   * long as nothing that is in it has changed.
   */
  recording(id: string, side: ClientSide): Promise<RecordingAnswer & { tagHistory: TagEntry[] }>
  /** The recording's view dressed for a side. */
  toAnswer(view: RecordingView, side: ClientSide): RecordingAnswer
  application(side: ClientSide): Promise<ApplicationView>
  /** Lists the commands that a side may give on a recording; with null, when there is none. */
  allowedCommands(id: string | null, side: ClientSide): AllowedCommand[]
  devices(): Promise<Record<Medium, DeviceList>>
  /**
   * Looks whether a recording of these media would become one; all media where none are named.
   * Answers within 2 s.
   */
  readiness(media?: readonly Medium[]): Promise<ReadinessView>
  /** Writes a fact that belongs to no recording; resolves when it is durable. */
  note<T extends 'token.created' | 'token.revoked'>(
    type: T,
    data: EventData[T],
    by: By,
  ): Promise<void>
  readonly bus: RecorderBus
  /** Reading only: events, recordings, segments. */
  readonly log: Pick<
    EventLog,
    'position' | 'events' | 'recordings' | 'segments' | 'segment' | 'tokens'
  >
  /** Absolute path of a recording's file (`SegmentFacts.file`). */
  file(recordingId: string, file: string): string
}
