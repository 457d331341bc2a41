/**
 * The registry of errors: code → HTTP status, title, remedy. docs/errors.md describes the same
 * codes for readers, and a test compares the two.
 */
export const ERRORS = {
  INVALID_JSON: [400, 'The body is not valid JSON.', 'Send a JSON object, encoded in UTF-8.'],
  INVALID_REQUEST: [
    400,
    'The request is not valid.',
    'Correct the fields that `errors` names. GET /v1/openapi.json describes every request.',
  ],
  UNAUTHENTICATED: [
    401,
    'The request has no valid credential.',
    'Send `Authorization: Bearer <token>`. The home token is in the file `token` of the home folder; `f2f token create` makes further tokens.',
  ],
  FORBIDDEN_SCOPE: [
    403,
    'The credential lacks a scope.',
    'Use a token with the scope that `detail` names. `f2f token create --scopes …` makes one.',
  ],
  FORBIDDEN_HOST: [
    403,
    'The Host header does not name this recorder.',
    'Call http://127.0.0.1:<port> or http://localhost:<port>, with exactly one Host header.',
  ],
  FORBIDDEN_ORIGIN: [
    403,
    'The Origin is not allowed.',
    'Add the origin of the page to `allowedOrigins` in config.json of the home folder, then restart the recorder or send it SIGHUP. A session cookie works only from the recorder’s own page.',
  ],
  FORBIDDEN_SAME_ACTOR: [
    403,
    'The credential that placed the hold cannot release it.',
    'Ask somebody with another credential to release it. `holds.releaseBy` in config.json requires it.',
  ],
  NOT_FOUND: [
    404,
    'There is nothing at this path.',
    'Check the path. GET /v1/openapi.json lists every route.',
  ],
  RECORDING_NOT_FOUND: [
    404,
    'There is no recording with this id.',
    'List the recordings with GET /v1/recordings.',
  ],
  NO_CURRENT_RECORDING: [
    404,
    'There is no current recording.',
    'Start one with POST /v1/recordings.',
  ],
  METHOD_NOT_ALLOWED: [
    405,
    'The route does not support this method.',
    'Use a method that the Allow header names.',
  ],
  NOT_ACCEPTABLE: [406, 'The request does not accept JSON.', 'Send Accept: application/json.'],
  REQUEST_TIMEOUT: [
    408,
    'The request did not arrive in time.',
    'Send it again: none of it was carried out. Its head must be complete within 5 s, and all of it within 30 s.',
  ],
  CONTROL_HELD_BY_API: [
    409,
    'An API client controls the recording.',
    'Wait until that client has stopped and closed its recording. `holder` names the client.',
  ],
  CONTROL_HELD_BY_UI: [
    409,
    'The recorder’s own page controls the recording.',
    'You can still tag the recording. Only the person at the page can stop, pause, resume or close it.',
  ],
  ALREADY_RECORDING: [
    409,
    'A recording is in progress.',
    'Stop it first, or start further media in it with POST /v1/recordings/current/start.',
  ],
  INVALID_STATE: [
    409,
    'The command does not fit the current state.',
    'Check `state` and `allowedCommands` of the recording.',
  ],
  RECORDING_CLOSED: [
    409,
    'The recording is closed.',
    'Start a new recording. A closed one accepts only consent, holds and erasure.',
  ],
  CONSENT_REQUIRED: [
    409,
    'There is no consent to this recording.',
    'Ask the customer, then start with `consent: {"state": "granted", "method": …}`. For a running recording, use POST /v1/recordings/{id}/consent.',
  ],
  TAG_LIMIT: [
    409,
    'The recording has too many tags.',
    'Use the keys that the recording already has, and shorter values. A recording has room for 1,000 keys, and for 1 MiB of all values ever set.',
  ],
  ON_HOLD: [
    409,
    'A hold keeps the recording from erasure.',
    'Release every hold that `holds` names, if its reason no longer stands. Then erase the recording.',
  ],
  IN_FLIGHT: [
    409,
    'The first request with this Idempotency-Key is not finished.',
    'Repeat the request after the time in Retry-After.',
  ],
  TOKEN_NAME_TAKEN: [
    409,
    'A token with this name exists.',
    'Choose another name, or revoke the other token first with DELETE /v1/tokens/{id}. `tokenId` names it.',
  ],
  ERASED: [
    410,
    'The recording is erased.',
    'It can no longer be read. `erased` of the recording says when, by whom and why.',
  ],
  VERSION_MISMATCH: [
    412,
    'The recording has another version than If-Match names.',
    'Read the recording again and decide with its new ETag.',
  ],
  PAYLOAD_TOO_LARGE: [413, 'The body is too large.', 'Send at most 65,536 bytes.'],
  UNSUPPORTED_MEDIA_TYPE: [
    415,
    'The body is not sent as JSON.',
    'Send Content-Type: application/json, without compression.',
  ],
  RANGE_NOT_SATISFIABLE: [
    416,
    'The range lies outside of the file.',
    'Ask for bytes that the file has. `bytes` and the Content-Range header tell its length.',
  ],
  EXPECTATION_FAILED: [
    417,
    'The expectation of the request cannot be met.',
    'Leave the Expect header out, or send Expect: 100-continue.',
  ],
  IDEMPOTENCY_MISMATCH: [
    422,
    'The Idempotency-Key was used for another request.',
    'Use a new key for a new request.',
  ],
  UPGRADE_REQUIRED: [
    426,
    'The route needs a web socket.',
    'Open the URL as a web socket of version 13 (RFC 6455), with `ws:` in place of `http:`.',
  ],
  RATE_LIMITED: [
    429,
    'There were too many wrong credentials.',
    'Wait for the time in Retry-After, then use a valid credential.',
  ],
  TOO_MANY_CONNECTIONS: [
    429,
    'The client has too many connections.',
    'Repeat the request after the time in Retry-After: none of it was carried out. Send it over a connection that is open already, or wait for the answers of others. A token can have 64 connections at a time.',
  ],
  TOO_MANY_STREAMS: [
    429,
    'The client has too many event streams.',
    'Close one of its streams, or read several kinds of events from one stream. A token can have 8 at a time.',
  ],
  HEADERS_TOO_LARGE: [
    431,
    'The head of the request is too large.',
    'Send at most 16 KiB of request line and headers.',
  ],
  INTERNAL: [
    500,
    'The recorder failed.',
    'Find the request id (X-Request-Id) in the recorder’s log, and report the error.',
  ],
  DEVICE_UNAVAILABLE: [
    503,
    'A device is not available.',
    'List the devices with GET /v1/devices. `detail` names what is missing.',
  ],
  CAPTURE_FAILED: [
    503,
    'A medium delivers nothing.',
    'Check the device. `f2f doctor` shows what is wrong.',
  ],
  EXPORT_FAILED: [
    503,
    'The composed file could not be made.',
    'Try again. If a stored segment is missing or damaged, restore it from a backup. The segments themselves are available at …/segments.',
  ],
  KEY_UNAVAILABLE: [
    503,
    'The key of the recordings is not available.',
    'Unlock the key store of this user, or restore the key with `f2f key restore`. `f2f key status` says what is missing. Nothing is recorded until the key is there, and nothing is lost.',
  ],
  NOT_READY: [503, 'The recorder is not ready.', 'Try again in a moment.'],
  INTERRUPTED: [
    503,
    'The command was interrupted.',
    'Read the recording to see its current state, then repeat the command if it is still wanted.',
  ],
  STORAGE_UNAVAILABLE: [
    503,
    'The recorder cannot write to its storage.',
    'Check the disk of the home folder. If the log failed, the recorder reopens it by itself.',
  ],
  LOG_DAMAGED: [
    503,
    'The event log is damaged.',
    'Capture has ended, and nothing is recorded any more; what is stored can still be read. Check the disk. Stop the recorder, and restore the log and its witness together from a backup.',
  ],
  STORAGE_FULL: [
    507,
    'The disk is full.',
    'Free space on the disk of the home folder. The recorder records nothing below the reserve, and works again by itself once there is space.',
  ],
} as const satisfies Record<string, readonly [status: number, title: string, remedy: string]>

/** The code of an error. */
export type ErrorCode = keyof typeof ERRORS

/** One fault of a request, at a JSON Pointer (RFC 6901). */
export interface RequestError {
  pointer: string
  detail: string
}

/**
 * An error with a code of the registry. Clients see `detail`, so it contains no personal data and
 * no internals of the program.
 */
export class RecorderError extends Error {
  readonly code: ErrorCode
  /** Further members of the problem document (RFC 9457), e.g. `recordingId`, `errors`. */
  readonly members: Record<string, unknown>

  constructor(
    code: ErrorCode,
    detail: string,
    options: { cause?: unknown; members?: Record<string, unknown> } = {},
  ) {
    super(detail, { cause: options.cause })
    this.name = 'RecorderError'
    this.code = code
    this.members = options.members ?? {}
  }

  get status(): number {
    return ERRORS[this.code][0]
  }
}

/** Whether something that was thrown is an error of the registry with this code. */
export const hasCode = (error: unknown, code: ErrorCode): boolean =>
  error instanceof RecorderError && error.code === code
