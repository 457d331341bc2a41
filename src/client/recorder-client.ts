import type { AuditReportName, AuditReports } from '../contract/audit.ts'
import type { AuditKey, ConsistencyProof } from '../contract/audit-key.ts'
import type { EffectiveConfiguration } from '../contract/configuration.ts'
import type { AccessView, HoldView, KeyStatus, RetentionStatus } from '../contract/custody.ts'
import type { LogEvent } from '../contract/events.ts'
import type { Medium } from '../contract/media.ts'
import type { OutsiderView } from '../contract/outsiders.ts'
import type { ReplayState } from '../contract/replay.ts'
import type { VerificationView } from '../contract/verification.ts'
import type {
  ApplicationView,
  ReadinessView,
  RecordingAnswer,
  SegmentView,
} from '../contract/views.ts'
import type { FollowOptions } from './follow.ts'
import type { Inspection, InspectOptions } from './inspect.ts'
import type {
  AuditEventsQuery,
  AuditReportQueries,
  BundleQuery,
  ConsentRequest,
  Devices,
  EventsQuery,
  Launch,
  LaunchRequest,
  MediaRequest,
  NewToken,
  Page,
  PageQuery,
  PauseRequest,
  RecordingOptions,
  RecordingsQuery,
  RecordingWithHistory,
  ReplayQuery,
  RequestOptions,
  RetentionPage,
  SearchRequest,
  SegmentIndex,
  SessionView,
  StartMediaRequest,
  StartRequest,
  StreamMessage,
  TagKeys,
  Tags,
  TokenRequest,
  TokenView,
  VerificationRequest,
} from './types.ts'

/** The query of a request. Undefined members are left out. */
export type QueryParameters = Record<string, string | number | undefined>

/**
 * The recorder, as a client sees it. Each method rejects with a RecorderProblem of the class that
 * its code has, or with a ConnectionError when no recorder answers. Commands carry an
 * `Idempotency-Key` and are sent again under it when their connection breaks.
 */
export interface RecorderClient {
  /**
   * Asks whether a recorder answers. It needs no credential. A page calls it first, so that the
   * browser asks its user for access to this computer.
   */
  ping(options?: RequestOptions): Promise<void>
  application(options?: RequestOptions): Promise<ApplicationView>
  /** The recording in progress or in its wrap-up; null when there is none. */
  current(options?: RequestOptions): Promise<RecordingWithHistory | null>
  /** With `tagHistoryAfter`, so many of the oldest entries of `tagHistory` are left out. */
  recording(id: string, options?: RecordingOptions): Promise<RecordingWithHistory>
  recordings(query?: RecordingsQuery, options?: RequestOptions): Promise<Page<RecordingAnswer>>
  search(search: SearchRequest, options?: RequestOptions): Promise<Page<RecordingAnswer>>
  start(request?: StartRequest, options?: RequestOptions): Promise<RecordingAnswer>
  startMedia(
    id: string,
    request: StartMediaRequest,
    options?: RequestOptions,
  ): Promise<RecordingAnswer>
  stop(id: string, request?: MediaRequest, options?: RequestOptions): Promise<RecordingAnswer>
  pause(id: string, request?: PauseRequest, options?: RequestOptions): Promise<RecordingAnswer>
  resume(id: string, request?: MediaRequest, options?: RequestOptions): Promise<RecordingAnswer>
  tag(id: string, tags: Tags, options?: RequestOptions): Promise<RecordingAnswer>
  close(id: string, options?: RequestOptions): Promise<RecordingAnswer>
  /** Erases a closed recording for ever. The reason stays in the log. */
  erase(id: string, reason: string, options?: RequestOptions): Promise<RecordingAnswer>
  /** Places a hold, which keeps a recording from erasure. It is the last of `holds`. */
  hold(id: string, reason: string, options?: RequestOptions): Promise<RecordingAnswer>
  releaseHold(
    id: string,
    holdId: string,
    reason: string,
    options?: RequestOptions,
  ): Promise<RecordingAnswer>
  /** Lists the holds in force, oldest first. */
  holds(id: string, query?: PageQuery, options?: RequestOptions): Promise<Page<HoldView>>
  /** Lists the recordings that retention will erase, the next first. */
  retention(query?: PageQuery, options?: RequestOptions): Promise<RetentionPage>
  /** Confirms that the clock of the system is right, so that retention goes on. */
  confirmClock(options?: RequestOptions): Promise<RetentionStatus>
  /** Confirms that holds that the log has lost are placed again, so that retention goes on. */
  confirmHolds(options?: RequestOptions): Promise<RetentionStatus>
  /** Records the customer's consent. `declined` and `withdrawn` end capture. */
  consent(id: string, request: ConsentRequest, options?: RequestOptions): Promise<RecordingAnswer>
  events(id: string, query?: EventsQuery, options?: RequestOptions): Promise<Page<LogEvent>>
  /** Reads a recording as it was at a moment. */
  replay(id: string, query?: ReplayQuery, options?: RequestOptions): Promise<ReplayState>
  /** Who has seen what is in a recording, oldest first. */
  accesses(id: string, query?: PageQuery, options?: RequestOptions): Promise<Page<AccessView>>
  /** Lists events of the whole log, by what an auditor asks for. */
  auditEvents(query?: AuditEventsQuery, options?: RequestOptions): Promise<Page<LogEvent>>
  /** Answers one of the auditor's questions: a page of its rows. */
  auditReport<N extends AuditReportName>(
    name: N,
    query?: AuditReportQueries[N],
    options?: RequestOptions,
  ): Promise<Page<AuditReports[N]>>
  /**
   * Requests such an answer as CSV: all of it, or with `limit` a page. Resolves when it begins; its
   * body breaks off when the recorder cannot complete it.
   */
  auditCsv<N extends AuditReportName | 'events'>(
    name: N,
    query?: N extends AuditReportName ? AuditReportQueries[N] : AuditEventsQuery,
    options?: RequestOptions,
  ): Promise<Response>
  segments(id: string, query?: PageQuery, options?: RequestOptions): Promise<Page<SegmentView>>
  /** Where the key frames of a segment of the screen are. */
  segmentIndex(id: string, number: number, options?: RequestOptions): Promise<SegmentIndex>
  /** The tag keys of the newest recordings, the last used first. */
  tagKeys(options?: RequestOptions): Promise<TagKeys>
  devices(options?: RequestOptions): Promise<Devices>
  /** Reads the settings that are in force. */
  configuration(options?: RequestOptions): Promise<EffectiveConfiguration>
  readiness(media?: readonly Medium[], options?: RequestOptions): Promise<ReadinessView>
  /** Reads the state of the keys of the recordings. */
  keys(options?: RequestOptions): Promise<KeyStatus>
  /** Begins to replace the master key. `keys` shows how far it is. */
  rotateKeys(options?: RequestOptions): Promise<KeyStatus>
  /** Reads the keys with which strangers verify the log. */
  auditKey(options?: RequestOptions): Promise<AuditKey>
  /** Replaces the key that signs the log. */
  rotateAuditKey(options?: RequestOptions): Promise<AuditKey>
  /** Proves that the log has only grown between two sizes. */
  consistency(
    query: { from: number; to?: number },
    options?: RequestOptions,
  ): Promise<ConsistencyProof>
  /** Lists the services that remember checkpoints. */
  outsiders(options?: RequestOptions): Promise<{ items: OutsiderView[] }>
  /** Begins to verify the log and its media. `verification` shows how far it is. */
  verify(request?: VerificationRequest, options?: RequestOptions): Promise<VerificationView>
  verification(id: string, options?: RequestOptions): Promise<VerificationView>
  tokens(query?: PageQuery, options?: RequestOptions): Promise<Page<TokenView>>
  createToken(request: TokenRequest, options?: RequestOptions): Promise<NewToken>
  revokeToken(id: string, options?: RequestOptions): Promise<void>
  /** Creates a URL that signs one browser in; with `admin`, for a session with that scope. */
  launchUrl(request?: LaunchRequest, options?: RequestOptions): Promise<Launch>
  /** Reads when the session of this page ends, and its scopes. */
  session(options?: RequestOptions): Promise<SessionView>
  /** Ends the session of this page. */
  signOut(options?: RequestOptions): Promise<void>
  /** Signs every browser out. */
  endSessions(options?: RequestOptions): Promise<void>
  /** Reads the description of the API (OpenAPI 3.1). */
  openApi(options?: RequestOptions): Promise<unknown>
  /** Follows the event stream, through interruptions. */
  follow(options?: FollowOptions): AsyncIterable<StreamMessage>
  /** Inspects the state machines, live or as they were. */
  inspect(options?: InspectOptions): Inspection
  /**
   * Requests a closed recording with all that proves it, as a ZIP file. Resolves when the file
   * begins; an answer that breaks off is not complete.
   */
  bundle(id: string, query?: BundleQuery, options?: RequestOptions): Promise<Response>
  /** Requests a file or a stream below `/v1`. Resolves when the answer begins. */
  open(path: string, query?: QueryParameters, options?: RequestOptions): Promise<Response>
  /** Sends any request below `/v1` and resolves with the JSON of its answer. */
  request(
    method: string,
    path: string,
    options?: RequestOptions & { query?: QueryParameters; body?: unknown },
  ): Promise<unknown>
}
