import type { By } from './by.ts'
import type { CommandName, TagValue } from './commands.ts'
import type { AccessAct, ConsentState, CustodyRules, ErasureCause } from './custody.ts'
import type { CloseReason, WrapUpReason } from './end-reasons.ts'
import type { ErrorCode } from './errors.ts'
import type { GapReason } from './gap-reason.ts'
import type { Device, Medium, RecordingType } from './media.ts'
import type { Quality } from './quality.ts'
import type { WarningCode } from './warnings.ts'

/** The facts of one stored segment. Times are RFC 3339 UTC with milliseconds. */
export interface SegmentDescription {
  medium: Medium
  /** Counts a track's segments from 1. The number of a discarded segment is not used again. */
  number: number
  /** Wall-clock time of the first sample. */
  startedAt: string
  /** `startedAt` plus the media's duration. */
  endedAt: string
  durationMs: number
  bytes: number
  container: 'ogg' | 'mp4'
  codec: 'opus' | 'h264'
  /** SHA-256 of the media, lower-case hex. */
  sha256: string
  /** SHA-256 of the sealed file (age v1). Missing where media were stored unsealed, in 0.1. */
  storedSha256?: string
  /** Path of the stored file below the recording's folder, with `/`. */
  file: string
}

/** Why the media of a segment ended, when no command ended them. */
export interface SegmentFault {
  code: ErrorCode
  reason: GapReason
}

/**
 * The part of a segment's file that lay behind damage when nobody had finished the file. It was cut
 * off, and is kept as it was.
 */
export interface Remnant {
  /** The path of its file below the recording's folder, with `/`. */
  file: string
  /** The byte of the segment's file with which it begins. */
  at: number
  bytes: number
  /** Lower-case hex. */
  sha256: string
}

/**
 * The data of every event, by type. A type is `noun.verb` in the past tense. A name is never used
 * again for another meaning, and fields are only added. docs/events.md describes them for readers,
 * and a test compares it with `EVENT_TYPES`.
 */
export interface EventData {
  'daemon.started': {
    version: string
    platform: string
    node: string
    /** The log has a witness file from here on. Missing in logs of 0.1. */
    witness?: true
    /** The version of the machines' definitions. Missing in logs of 0.1, which means 1. */
    machines?: number
    /** See `log.reopened`. */
    unacknowledged?: string[]
  }
  'daemon.stopped': { reason: 'signal' }
  'command.accepted': { command: CommandName; media?: Medium[] }
  'command.completed': { command: CommandName; status: number }
  'command.failed': { command: CommandName; code: ErrorCode; detail: string; medium?: Medium }
  /**
   * `count`: how many refusals a client got, when not each has its own event. `medium`: the medium
   * whose track refused.
   */
  'command.refused': {
    command: CommandName
    code: ErrorCode
    detail: string
    count?: number
    medium?: Medium
  }
  /** A new recording exists and its tracks are starting. It is not confirmed yet. */
  'recording.starting': {
    recordingType: RecordingType
    media: Medium[]
    require: 'all' | 'any'
    wrapUpSeconds: number
    maxDurationSeconds: number
    /** When the recorder ends a forgotten recording. */
    endsBy: string
    /** Missing in logs of 0.1, which means `standard`. */
    quality?: Quality
    /** The version of the machines' definitions. Missing in logs of 0.1, which means 1. */
    machines?: number
  }
  /** The recording is confirmed: media flow, or another command was accepted on it. */
  'recording.started': Record<never, never>
  /** The start was rolled back, on disk too. To clients the recording never existed. */
  'recording.startFailed': { code: ErrorCode; detail: string; medium?: Medium }
  'recording.paused': Record<never, never>
  'recording.resumed': Record<never, never>
  'recording.tagged': { tags: Record<string, TagValue> }
  /** Capture is over. The timer closes the wrap-up at `endsAt`. */
  'recording.wrapUpStarted': { endsAt: string; reason: WrapUpReason }
  /**
   * The recorder died, or lost its log, while this recording was live. `lastSeenAt` is the end of
   * the last media that survived. `machines`: see `recording.starting`.
   */
  'recording.interrupted': { reason: GapReason; lastSeenAt: string; machines?: number }
  'recording.closed': { reason: CloseReason }
  /** Somebody said what the customer said about being recorded. */
  'recording.consentRecorded': { state: ConsentState; method: string; note?: string }
  /** Nobody can erase the recording while a hold stands. Several may stand at once. */
  'recording.held': { holdId: string; reason: string }
  'recording.holdReleased': { holdId: string; reason: string }
  /** The erasure has begun: from here on the recording cannot be read. `rule` names a rule. */
  'recording.erasing': { cause: ErasureCause; reason: string; rule?: string }
  /**
   * Key and files are gone. `files` counts those that were removed, `bytes` is their size. After an
   * interrupted erasure, they are those that were left.
   */
  'recording.erased': {
    cause: ErasureCause
    reason: string
    rule?: string
    files: number
    bytes: number
  }
  /** Somebody saw what is in the recording. One event an act, not one a request. No version. */
  'recording.accessed': { act: AccessAct; media: Medium[] }
  'track.starting': { medium: Medium; segment: number; device: Device }
  'track.started': { medium: Medium; segment: number }
  /** At `overdueAt` the pause exceeds its limit, and a warning is raised. */
  'track.pausing': {
    medium: Medium
    segment: number
    cutAt: string
    overdueAt?: string
    /** Why the recorder itself pauses it. Missing when somebody asked for it. */
    reason?: 'locked' | 'suspended'
  }
  'track.paused': { medium: Medium }
  /**
   * A client has paused what the recorder itself had paused. From here on the pause has a limit, as
   * if `overdueAt` were in `track.pausing`.
   */
  'track.pauseLimited': { medium: Medium; overdueAt: string }
  'track.resuming': { medium: Medium; segment: number; device: Device }
  'track.resumed': { medium: Medium; segment: number }
  'track.recovering': {
    medium: Medium
    segment: number
    code: ErrorCode
    detail: string
    reason: GapReason
    giveUpAt: string
  }
  'track.recovered': { medium: Medium; segment: number }
  'track.stopping': {
    medium: Medium
    segment: number
    cutAt: string
    reason: 'command' | 'reverted' | 'storageFull'
  }
  'track.stopped': {
    medium: Medium
    reason: 'command' | 'reverted' | 'interrupted' | 'storageFull'
  }
  'track.failed': { medium: Medium; code: ErrorCode; detail: string; reason: GapReason }
  /** The first sample of a segment has been captured and its file exists. */
  'segment.opened': Pick<
    SegmentDescription,
    'medium' | 'number' | 'startedAt' | 'container' | 'codec' | 'file'
  > & {
    device: Device
  }
  /**
   * A segment is complete, hashed and on disk. A `salvaged` one was closed after a crash. `fault`:
   * why its media ended, when no command ended them.
   */
  'segment.closed': SegmentDescription & {
    salvaged?: boolean
    remnant?: Remnant
    fault?: SegmentFault
  }
  /**
   * A segment has been removed from the disk. It was never confirmed, or its start was rolled back.
   */
  'segment.discarded': { medium: Medium; number: number; remnant?: Remnant }
  /** The log could not be written and has been reopened and verified. */
  'log.reopened': {
    code: ErrorCode
    failedAt: string
    /** The completed commands (`commandId`) whose clients may not have been told so. */
    unacknowledged?: string[]
  }
  /**
   * The witness of the log was lost, and a person accepted the log as it was found: up to
   * `position`, whose record has `hash`. `witnessedAt` is the position of the newest event that
   * says that a witness existed. `unknownRecordings` counts recordings on disk that the log does
   * not know.
   */
  'log.witnessLost': {
    position: number
    hash: string
    witnessedAt: number | null
    unknownRecordings: number
  }
  /**
   * Opening the log, the recorder found stored views that were not what the log says, or damaged
   * tables of the database, and made the views again from the log. `recordings`: those whose views
   * differed, at most 100; `count`: how many; `damagedTables`: files of the database;
   * `auditBlocks`: how many parts of the index for the auditor's questions differed. The events
   * themselves were complete and unchanged.
   */
  'log.viewsRebuilt': {
    count: number
    recordings: string[]
    damagedTables: string[]
    auditBlocks?: number
  }
  /**
   * A condition began that somebody must know at once. It concerns a recording or the recorder
   * itself. A track's warnings also end with its capture or its pause. `witnesses`: the keys of all
   * outside witnesses that contradict the log. `accepted`: a person has ended it, not its cause.
   */
  'warning.raised': { code: WarningCode; medium?: Medium; detail: string; witnesses?: string[] }
  'warning.cleared': { code: WarningCode; medium?: Medium; accepted?: true }
  /** The system clock was set, by `byMs`. Running recordings keep their own time. */
  'clock.stepped': { byMs: number }
  /** The machine slept. Nothing was captured meanwhile. */
  'machine.slept': { from: string; to: string }
  'token.created': { id: string; name: string; scopes: string[]; sha256: string }
  'token.revoked': { id: string }
  /** Somebody searched the recordings by tags (`keys`) or words (`text`). Values are not kept. */
  'recordings.searched': { keys: string[]; text: boolean; found: number }
  /** A person logged in to the recorder's page; `admin`: with that scope. */
  'page.opened': { sessionId: string; admin?: boolean }
  /** Wrong credentials of about a minute, in sum. */
  'credentials.refused': { count: number; from: string; to: string }
  /** The rules of custody that are in force from here on. */
  'rules.changed': { rules: CustodyRules }
  /** Retention was applied. `held` counts the recordings that only a hold has kept. */
  'retention.checked': { erased: number; held: number }
  /** The clock is believed although it was more than a day ahead of the log's time, `from`. */
  'clock.confirmed': { from: string; to: string }
  /** Retention goes on although the log may have lost holds that were placed after `from`. */
  'retention.confirmed': { from: string; to: string }
  /** The master key was replaced by another, by which all keys are wrapped now. */
  'keys.rotated': { from: string; to: string; keys: number }
  /**
   * From this event on another key signs the checkpoints of the log. `key` and `former` are vkeys
   * (C2SP signed-note). `lost`: the key before was gone, so that only the new one vouches for this
   * event.
   */
  'signingKey.changed': {
    key: string
    former: string | null
    cause: 'created' | 'rotated' | 'lost'
  }
  /** The screen was locked, or another user took the desktop. */
  'desktop.locked': Record<never, never>
  'desktop.unlocked': Record<never, never>
}

/** The type of an event. */
export type EventType = keyof EventData

/** An event before it has a place in the log. */
export type NewEvent = {
  [T in EventType]: {
    type: T
    /** Null for an event that belongs to no recording. */
    recordingId: string | null
    /**
     * Counts the recording's own facts from 1. A refusal carries the unchanged version. Null of an
     * access, and without a recording.
     */
    version: number | null
    /** RFC 3339 UTC with milliseconds. */
    at: string
    by: By
    commandId: string | null
    data: EventData[T]
  }
}[EventType]

/** An event of the log. `position` counts the whole log from 1 without a gap. */
export type LogEvent = NewEvent & { position: number }

/** An event of one type, such as `EventOf<'track.started'>`. */
export type EventOf<T extends EventType> = Extract<LogEvent, { type: T }>
