/** The types of requests and answers, as the schemas of the API describe them. */
import type * as z from 'zod'
import type { LogEvent } from '../contract/events.ts'
import type { LogMessage } from '../contract/log-message.ts'
import type { Medium } from '../contract/media.ts'
import type { DeviceList, Level, RecordingAnswer, TagEntry } from '../contract/views.ts'
import type { ANSWERS } from '../http/schemas/answers.ts'
import type {
  auditActsQuery,
  auditEventsQuery,
  auditGapsQuery,
  auditPausesQuery,
  auditUntaggedQuery,
} from '../http/schemas/audit-requests.ts'
import type { consentRequest } from '../http/schemas/consent-request.ts'
import type { bundleQuery, exportQuery } from '../http/schemas/file-requests.ts'
import type { launchRequest } from '../http/schemas/launch-request.ts'
import type {
  eventsQuery,
  mediaRequest,
  pageQuery,
  pauseRequest,
  recordingsQuery,
  replayQuery,
  searchRequest,
  startMediaRequest,
  startRequest,
  tagRequest,
} from '../http/schemas/requests.ts'
import type { tokenRequest } from '../http/schemas/token-request.ts'
import type { verificationRequest } from '../http/schemas/verification-request.ts'

/** The parameters of a query, whose numbers are sent as text. */
type Query<Schema extends z.ZodType> = Partial<z.output<Schema>>

/** A new recording. Everything has a default. */
export type StartRequest = z.input<typeof startRequest>
/** Further media of a recording. */
export type StartMediaRequest = z.input<typeof startMediaRequest>
/** The media to stop or resume; without them, all that fit. */
export type MediaRequest = z.input<typeof mediaRequest>
/** The media to pause; without them, all that record. */
export type PauseRequest = z.input<typeof pauseRequest>
/** The answer of the customer to being recorded. */
export type ConsentRequest = z.input<typeof consentRequest>
/** The rights of the session that a launch URL opens. */
export type LaunchRequest = z.input<typeof launchRequest>
/** Tags by their keys. */
export type Tags = z.input<typeof tagRequest>['tags']
/** A search. All its members must match. */
export type SearchRequest = z.input<typeof searchRequest>
/** The things to verify besides the whole log. */
export type VerificationRequest = z.input<typeof verificationRequest>
/** A new token. */
export type TokenRequest = z.input<typeof tokenRequest>
/** The filters and the page of a list of recordings. */
export type RecordingsQuery = Query<typeof recordingsQuery>
/** The page of a list of events. */
export type EventsQuery = Query<typeof eventsQuery>
/** The moment of a replay: a position of the log, or a time. Without both, the newest. */
export type ReplayQuery = Query<typeof replayQuery>
/** Which events of the log are wanted. */
export type AuditEventsQuery = Query<typeof auditEventsQuery>
/** The filters of each report. */
export interface AuditReportQueries {
  refusals: Query<typeof auditActsQuery>
  'long-pauses': Query<typeof auditPausesQuery>
  gaps: Query<typeof auditGapsQuery>
  untagged: Query<typeof auditUntaggedQuery>
  'client-activity': Query<typeof auditActsQuery>
  accesses: Query<typeof auditActsQuery>
}
/** The page of a list. */
export type PageQuery = Query<typeof pageQuery>
/** How to export a recording. */
export type ExportQuery = Query<typeof exportQuery>
/** How to make a bundle. */
export type BundleQuery = Query<typeof bundleQuery>
/** A token without its secret. */
export type TokenView = z.output<typeof ANSWERS.TokenPage>['items'][number]
/** A new token with its secret. */
export type NewToken = z.output<typeof ANSWERS.NewToken>
/** A URL that signs one browser in. */
export type Launch = z.output<typeof ANSWERS.Launch>
/** The session of a page. */
export type SessionView = z.output<typeof ANSWERS.UiSession>
/** The progress of a file that is being composed. */
export type ExportProgress = z.output<typeof ANSWERS.ExportMessage>

/** Where the key frames of a screen segment are. */
export type SegmentIndex = z.output<typeof ANSWERS.SegmentIndex>

/** The tag keys that were used lately. */
export type TagKeys = z.output<typeof ANSWERS.TagKeys>

/** Why retention waits, and how many recordings are due. */
export type RetentionStatus = z.output<typeof ANSWERS.RetentionStatus>
/** A page of what retention will erase, and why it waits. */
export type RetentionPage = z.output<typeof ANSWERS.RetentionPage>

/** A page of a list. `nextCursor` is null on the last one. */
export interface Page<T> {
  items: T[]
  nextCursor: string | null
}

/** The options of the request for one recording. */
export interface RecordingOptions extends RequestOptions {
  /** How many of the oldest entries of `tagHistory` are left out, because they are known. */
  tagHistoryAfter?: number | undefined
}

/** A recording with every value that its tags ever had. */
export type RecordingWithHistory = RecordingAnswer & { tagHistory: TagEntry[] }

/** The devices of each medium. */
export type Devices = Record<Medium, DeviceList>

/** The loudness of a sound track at a moment. */
export interface LevelMessage {
  recordingId: string
  medium: Medium
  level: Level
  at: string
}

/** A message of the event stream. Only events are in the log, and only they come again. */
export type StreamMessage =
  | { kind: 'event'; event: LogEvent }
  | { kind: 'log'; log: LogMessage }
  | { kind: 'level'; level: LevelMessage }
  | { kind: 'export'; progress: ExportProgress }

/** The options of every request. */
export interface RequestOptions {
  /** Cancels the request. A command that has been sent may take effect all the same. */
  signal?: AbortSignal | undefined
  /**
   * Once aborted, a request whose connection breaks is not sent again: it rejects with the error of
   * the connection. For a start or resume that a later pause or stop has overtaken.
   */
  repeatUntil?: AbortSignal | undefined
  /** A key of the caller's own; every command has one anyway. */
  idempotencyKey?: string | undefined
  /** The version that the recording must have, as in its `version`. */
  ifMatch?: number | undefined
}
