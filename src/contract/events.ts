import type { CommandName, TagValue } from './commands.ts'
import type { ErrorCode } from './errors.ts'
import type { By, Device, GapReason, Medium, RecordingType } from './media.ts'
import type { Quality } from './quality.ts'
import type { WarningCode } from './warnings.ts'

/** The facts of one stored segment. Times are RFC 3339 UTC with milliseconds. */
export interface SegmentFacts {
  medium: Medium
  /** Counts a track's segments from 1; a discarded number is not used again. */
  number: number
  /** Wall-clock time of the first sample. */
  startedAt: string
  /** `startedAt` plus the media's duration. */
  endedAt: string
  durationMs: number
  bytes: number
  container: 'ogg' | 'mp4'
  codec: 'opus' | 'h264'
  /** SHA-256 of the file, lower-case hex. */
  sha256: string
  /** Path below the recording's folder, with `/`. */
  file: string
}

/**
 * Every event the log can hold, by type, with its data. Past tense, `noun.verb`. A name is never
 * used again for another meaning; fields are only added. Described for readers in docs/events.md,
 * which a test compares with {@link EVENT_TYPES}.
 */
export interface EventData {
  'daemon.started': { version: string; platform: string; node: string }
  'daemon.stopped': { reason: 'signal' }
  'command.accepted': { command: CommandName; media?: Medium[] }
  'command.completed': { command: CommandName; status: number }
  'command.failed': { command: CommandName; code: ErrorCode; detail: string; medium?: Medium }
  'command.refused': { command: CommandName; code: ErrorCode; detail: string }
  /** A new recording exists and its tracks are starting; not yet confirmed. */
  'recording.starting': {
    recordingType: RecordingType
    media: Medium[]
    require: 'all' | 'any'
    wrapUpSeconds: number
    maxDurationSeconds: number
    /** When the recorder ends a forgotten recording. */
    endsBy: string
    /** Missing in logs of 0.1: standard. */
    quality?: Quality
  }
  /** The recording is confirmed: media flow, or another command was accepted on it. */
  'recording.started': Record<never, never>
  /** The start was rolled back, on disk too; to clients the recording never was. */
  'recording.startFailed': { code: ErrorCode; detail: string; medium?: Medium }
  'recording.paused': Record<never, never>
  'recording.resumed': Record<never, never>
  'recording.tagged': { tags: Record<string, TagValue> }
  /** Capture is over. `endsAt`: when the wrap-up closes by its timer. */
  'recording.wrapUpStarted': {
    endsAt: string
    reason: 'stopped' | 'maxDuration' | 'interrupted' | 'failed' | 'shutdown' | 'storageFull'
  }
  /**
   * The recorder died, or lost its log, while this recording was live. `lastSeenAt`: end of the
   * last media that survived.
   */
  'recording.interrupted': { reason: GapReason; lastSeenAt: string }
  'recording.closed': { reason: 'command' | 'timer' | 'nextStart' }
  'track.starting': { medium: Medium; segment: number; device: Device }
  'track.started': { medium: Medium; segment: number }
  /** `overdueAt`: from then on the pause is too long, and a warning says so. */
  'track.pausing': { medium: Medium; segment: number; cutAt: string; overdueAt?: string }
  'track.paused': { medium: Medium }
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
    SegmentFacts,
    'medium' | 'number' | 'startedAt' | 'container' | 'codec' | 'file'
  > & {
    device: Device
  }
  /** A segment is complete, hashed and on disk. `salvaged`: closed after a crash. */
  'segment.closed': SegmentFacts & { salvaged?: boolean }
  /**
   * A segment that was never confirmed, or of a rolled-back start, has been removed from the disk.
   */
  'segment.discarded': { medium: Medium; number: number }
  /** The log could not be written and has been reopened and verified. */
  'log.reopened': { code: ErrorCode; failedAt: string }
  /**
   * Somebody has to know at once; of a recording, or of the recorder itself. A track's warnings
   * also end when its capture or its pause does.
   */
  'warning.raised': { code: WarningCode; medium?: Medium; detail: string }
  'warning.cleared': { code: WarningCode; medium?: Medium }
  /** The system clock was set, by so much; what is being recorded goes on counting as before. */
  'clock.stepped': { byMs: number }
  /** The machine slept; nothing could be captured meanwhile. */
  'machine.slept': { from: string; to: string }
  'token.created': { id: string; name: string; scopes: string[]; sha256: string }
  'token.revoked': { id: string }
}

/** The type of an event. */
export type EventType = keyof EventData

/** An event before it has a place in the log. */
export type NewEvent = {
  [T in EventType]: {
    type: T
    /** Null for what belongs to no recording. */
    recordingId: string | null
    /**
     * The recording's own facts counted from 1; a refusal carries the unchanged version; null
     * without recording.
     */
    version: number | null
    /** RFC 3339 UTC with milliseconds. */
    at: string
    by: By
    commandId: string | null
    data: EventData[T]
  }
}[EventType]

/** An event as the log holds it. `position` counts the whole log from 1 without a gap. */
export type LogEvent = NewEvent & { position: number }

/** A recorder event of one type, e.g. `EventOf<'track.started'>`. */
export type EventOf<T extends EventType> = Extract<LogEvent, { type: T }>

const EVENT_TYPE_SET: Record<EventType, true> = {
  'daemon.started': true,
  'daemon.stopped': true,
  'command.accepted': true,
  'command.completed': true,
  'command.failed': true,
  'command.refused': true,
  'recording.starting': true,
  'recording.started': true,
  'recording.startFailed': true,
  'recording.paused': true,
  'recording.resumed': true,
  'recording.tagged': true,
  'recording.wrapUpStarted': true,
  'recording.interrupted': true,
  'recording.closed': true,
  'track.starting': true,
  'track.started': true,
  'track.pausing': true,
  'track.paused': true,
  'track.resuming': true,
  'track.resumed': true,
  'track.recovering': true,
  'track.recovered': true,
  'track.stopping': true,
  'track.stopped': true,
  'track.failed': true,
  'segment.opened': true,
  'segment.closed': true,
  'segment.discarded': true,
  'log.reopened': true,
  'warning.raised': true,
  'warning.cleared': true,
  'clock.stepped': true,
  'machine.slept': true,
  'token.created': true,
  'token.revoked': true,
}

/** Every event type there is. */
export const EVENT_TYPES = Object.keys(EVENT_TYPE_SET) as EventType[]
