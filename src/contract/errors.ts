/**
 * The one registry of errors: code → HTTP status, title, remedy. docs/errors.md says the same for
 * readers, and a test compares them.
 */
export const ERRORS = {
  INVALID_JSON: [400, 'The body is not valid JSON', 'Send a JSON object, encoded in UTF-8.'],
  INVALID_REQUEST: [
    400,
    'The request is not valid',
    'Correct the fields named in `errors`; openapi.json describes each request.',
  ],
  UNAUTHENTICATED: [
    401,
    'No valid credential',
    'Send `Authorization: Bearer <token>`; the home token is in the file `token` of the home folder, or make one with `f2f token create`.',
  ],
  FORBIDDEN_SCOPE: [
    403,
    'The credential lacks a scope',
    'Use a token that has the scope named in `detail` (`f2f token create --scopes …`).',
  ],
  FORBIDDEN_HOST: [
    403,
    'The Host header is not this recorder',
    'Call http://127.0.0.1:<port> or http://localhost:<port>, with one Host header.',
  ],
  FORBIDDEN_ORIGIN: [
    403,
    'The Origin is not allowed',
    'Add the origin to `allowedOrigins` in config.json of the home folder and restart the recorder.',
  ],
  NOT_FOUND: [404, 'There is nothing here', 'See GET /v1/openapi.json for the routes there are.'],
  RECORDING_NOT_FOUND: [
    404,
    'There is no recording with this id',
    'List the recordings with GET /v1/recordings.',
  ],
  NO_CURRENT_RECORDING: [
    404,
    'There is no current recording',
    'Start one with POST /v1/recordings.',
  ],
  METHOD_NOT_ALLOWED: [
    405,
    'The route does not have this method',
    'Use a method named in the Allow header.',
  ],
  NOT_ACCEPTABLE: [
    406,
    'The answer cannot be given in an accepted type',
    'Accept application/json.',
  ],
  CONTROL_HELD_BY_API: [
    409,
    'An API client controls the recording',
    'Wait until that client has stopped and closed its recording; `holder` says who it is.',
  ],
  CONTROL_HELD_BY_UI: [
    409,
    'The recorder’s own page controls the recording',
    'Tag it if you like; stopping, pausing and resuming is up to the person at the page.',
  ],
  ALREADY_RECORDING: [
    409,
    'A recording is under way',
    'Stop it first, or start further media in it with POST /v1/recordings/current/start.',
  ],
  INVALID_STATE: [
    409,
    'The command does not fit the present state',
    'Look at `state` and `allowedCommands` of the recording.',
  ],
  RECORDING_CLOSED: [
    409,
    'The recording is closed',
    'A closed recording is final; start a new one.',
  ],
  IN_FLIGHT: [
    409,
    'The first request with this Idempotency-Key is still under way',
    'Repeat the request after the time in Retry-After.',
  ],
  VERSION_MISMATCH: [
    412,
    'The recording has moved on',
    'Read the recording again and decide with its new ETag.',
  ],
  PAYLOAD_TOO_LARGE: [413, 'The body is too large', 'Send at most 65,536 bytes.'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'The body is not JSON', 'Send Content-Type: application/json.'],
  IDEMPOTENCY_MISMATCH: [
    422,
    'The Idempotency-Key was used with another request',
    'Use a new key for a new request.',
  ],
  RATE_LIMITED: [
    429,
    'Too many wrong credentials',
    'Wait for the time in Retry-After, then use a valid credential.',
  ],
  INTERNAL: [
    500,
    'The recorder failed',
    'Look at the recorder’s log for this request id, and report it.',
  ],
  DEVICE_UNAVAILABLE: [
    503,
    'A device is not available',
    'See GET /v1/devices; `detail` says what is missing.',
  ],
  CAPTURE_FAILED: [
    503,
    'A medium does not deliver',
    'Check that the device works; `f2f doctor` says what is wrong.',
  ],
  EXPORT_FAILED: [
    503,
    'The file could not be made',
    'Try again; if a stored piece is missing or damaged, put it back from a backup. The pieces themselves can be had from …/segments.',
  ],
  NOT_READY: [503, 'The recorder is starting or stopping', 'Try again in a moment.'],
  INTERRUPTED: [
    503,
    'The command was overtaken',
    'A pause, a stop or the end of the recorder came first; read the recording to see what is so now.',
  ],
  STORAGE_UNAVAILABLE: [
    503,
    'The storage cannot be written',
    'Capture has ended. Check the disk of the home folder; the recorder reopens its log by itself.',
  ],
  STORAGE_FULL: [
    507,
    'The disk is full',
    'Free space on the disk of the home folder; below the reserve nothing is recorded, and with space again the recorder goes on by itself.',
  ],
} as const satisfies Record<string, readonly [status: number, title: string, remedy: string]>

/** The code of an error. */
export type ErrorCode = keyof typeof ERRORS

/** One thing wrong in a request, at a JSON Pointer (RFC 6901). */
export interface RequestError {
  pointer: string
  detail: string
}

/**
 * An error with a code of the registry. `detail` is shown to clients: no personal data, no inside
 * of the program.
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
