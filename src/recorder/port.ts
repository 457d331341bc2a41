import type { EventEmitter } from 'eventemitter3'
import type { StoredMedia } from '../age/stored-media.ts'
import type { By, ClientSide } from '../contract/by.ts'
import type { Command } from '../contract/commands.ts'
import type { KeyStatus } from '../contract/custody.ts'
import type { EventData, LogEvent, SegmentDescription } from '../contract/events.ts'
import type { InspectionMessage } from '../contract/inspection.ts'
import type { LogMessage } from '../contract/log-message.ts'
import type { Medium } from '../contract/media.ts'
import type {
  ApplicationView,
  DeviceList,
  Level,
  ReadinessView,
  RecordingAnswer,
  RecordingView,
  TagEntry,
} from '../contract/views.ts'
import type { PastPlayer, PastStart } from '../inspection/past-player.ts'
import type { Replay } from '../replay/replay.ts'
import type { CommandAnswer, EventLog, Page, RecordingQuery } from '../store/port.ts'
import type { ScopeRefusal } from './commands/scope-refusals.ts'
import type { AccessPort } from './custody/access-port.ts'
import type { Retention } from './custody/retention.ts'
import type { LivePicture } from './queries/live-pictures.ts'

/** Part of the port: a recording that can be seen at any moment. */
export type { Replay } from '../replay/replay.ts'
/** Part of the port: the question and the answer of `recordings`. */
export type { Page, RecordingQuery } from '../store/port.ts'
/** A recording's past, as one reader sees it. */
export type PastInspection = Pick<PastPlayer, 'begin' | 'control' | 'end'>
/** Part of the port: a command that was refused for its scope. */
export type { ScopeRefusal } from './commands/scope-refusals.ts'
/** Part of the port: who sees what. */
export type { Access, AccessPort, Search } from './custody/access-port.ts'

/**
 * Bus for live readers (SSE, inspector, metrics): `events` after each commit,
 * `level` about ten times a second a track.
 */
export type RecorderBus = EventEmitter<{
  events: [events: readonly LogEvent[]]
  log: [message: LogMessage]
  level: [level: { recordingId: string; medium: Medium; level: Level; at: string }]
}>

/** The port through which HTTP talks to the recorder. */
export interface RecorderPort {
  /**
   * Executes a command. Resolves when its outcome is confirmed and durable, with status and
   * recording (without tagHistory). Rejects with a RecorderError; a refusal is in the log before
   * that. A repeated idempotency key gets its kept answer. A client that disconnects cancels
   * nothing.
   */
  dispatch(command: Command): Promise<CommandAnswer>
  /**
   * Records that a command was refused for its scope. Resolves when that is in the log; at once
   * when the client has reached its limit of such events, and the refusal is only counted.
   */
  recordScopeRefusal(refusal: ScopeRefusal): Promise<void>
  /**
   * Reads a recording for one side, by id or `current`. Rejects with RECORDING_NOT_FOUND or
   * NO_CURRENT_RECORDING. Do not mutate the answer: an unchanged recording returns the same object.
   */
  recording(id: string, side: ClientSide): Promise<RecordingAnswer & { tagHistory: TagEntry[] }>
  /**
   * Finds a recording by id or `current`, as its durable events show it. Rejects like `recording`.
   * Cheap: the history of its tags, which can be long, is not read.
   */
  findRecording(id: string): Promise<RecordingView>
  /**
   * Returns the id of a recording that there is, by its id or `current`. Rejects like `recording`.
   * Costs the same however many tags and segments the recording has.
   */
  findId(id: string): Promise<string>
  /**
   * Lists recordings for one side, newest first, without those that are only starting. Rejects with
   * INVALID_REQUEST (cursor, times).
   */
  recordings(query: RecordingQuery, side: ClientSide): Promise<Page<RecordingAnswer>>
  /**
   * Returns the newest small picture of the screen that is recorded; null while it is not. Rejects
   * like `recording`.
   */
  picture(id: string): Promise<LivePicture | null>
  /** Reads a recording so that it can be seen as it was at any moment. Rejects like `recording`. */
  replay(id: string): Promise<Replay>
  application(side: ClientSide): Promise<ApplicationView>
  devices(): Promise<Record<Medium, DeviceList>>
  /**
   * Checks whether these media can be recorded; default: all. Answers within 2 s.
   */
  readiness(media?: readonly Medium[]): Promise<ReadinessView>
  /**
   * Observes every living actor: first as they are, before this returns, then everything as it
   * happens. Returns the function that ends it.
   */
  inspect(listener: (message: InspectionMessage) => void): () => void
  /** Opens a recording's past for inspection. Rejects like `recording`. */
  inspectPast(id: string, start: PastStart): Promise<PastInspection>
  /** Appends an event about a token. Resolves when it is durable. */
  appendTokenEvent<T extends 'token.created' | 'token.revoked'>(
    type: T,
    data: EventData[T],
    by: By,
  ): Promise<void>
  /** Describes the keys of the home. */
  keyStatus(): Promise<KeyStatus>
  /**
   * Begins to replace the master key, or goes on with that. Resolves when it has begun. Rejects
   * with KEY_UNAVAILABLE.
   */
  rotateKeys(by: By): Promise<KeyStatus>
  /**
   * Replaces the key that signs the log. Rejects with KEY_UNAVAILABLE, STORAGE_FULL or
   * STORAGE_UNAVAILABLE.
   */
  rotateSigningKey(by: By): Promise<void>
  readonly retention: Pick<Retention, 'report' | 'confirmClock' | 'confirmHolds'>
  readonly bus: RecorderBus
  /** Records who sees what. */
  readonly accesses: AccessPort
  /** Reading only: events, segments, tokens, proofs. */
  readonly log: Pick<EventLog, 'position' | 'events' | 'segments' | 'segment' | 'tokens' | 'proofs'>
  /**
   * Opens the media of a closed segment. Rejects with ERASED, KEY_UNAVAILABLE, NOT_FOUND (the file
   * is missing), with SealedFileError when its file is damaged, and with errors of the file system.
   */
  openMedia(recordingId: string, segment: SegmentDescription): Promise<StoredMedia>
}
