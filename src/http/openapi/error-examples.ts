import type { ErrorCode } from '../../contract/errors.ts'

const RECORDING = {
  recordingId: 'cb455be5-af7a-49a5-a50a-a14bca17c846',
  state: 'Active',
  allowedCommands: ['startMedia', 'stop', 'pause', 'tag', 'consent'],
}

/** The detail of each error as an example, with its further members. */
export const ERROR_EXAMPLES: Record<ErrorCode, { detail: string; [member: string]: unknown }> = {
  INVALID_JSON: {
    detail: 'The body is not valid JSON in UTF-8.',
    errors: [{ pointer: '', detail: 'This is not valid JSON.' }],
  },
  INVALID_REQUEST: {
    detail: 'The request is well-formed but not valid. `errors` names every fault.',
    errors: [{ pointer: '/wrapUpSeconds', detail: 'This must be at most 3600.' }],
  },
  UNAUTHENTICATED: { detail: 'The request carries no credential.' },
  FORBIDDEN_SCOPE: {
    detail: 'The request needs a credential with the scope `control`.',
    scope: 'control',
  },
  FORBIDDEN_HOST: {
    detail: 'The request must have exactly one Host header: 127.0.0.1:3887 or localhost:3887.',
  },
  FORBIDDEN_ORIGIN: { detail: 'Pages of this origin may not call the recorder.' },
  FORBIDDEN_SAME_ACTOR: {
    detail: 'The hold was placed with the same credential. Another one has to release it.',
    ...RECORDING,
    state: 'Closed',
    allowedCommands: ['start', 'consent'],
    holdId: 'b0a0c7a4-2f0a-4a37-8a5c-6f7b0f1d2c3e',
  },
  NOT_FOUND: { detail: 'There is no such route.' },
  RECORDING_NOT_FOUND: { detail: 'An id has 8 to 64 letters, digits, hyphens and underscores.' },
  NO_CURRENT_RECORDING: { detail: 'Nothing is being recorded or wrapped up.' },
  REQUEST_TIMEOUT: { detail: 'The request was not complete in time. Nothing was done.' },
  RANGE_NOT_SATISFIABLE: { detail: 'The file has 52138 bytes.', bytes: 52_138 },
  HEADERS_TOO_LARGE: { detail: 'Request line and headers are longer than 16 KiB.' },
  METHOD_NOT_ALLOWED: {
    detail: 'This route supports only HEAD, GET, POST.',
    allow: ['HEAD', 'GET', 'POST'],
  },
  NOT_ACCEPTABLE: { detail: 'This route answers only in application/json.' },
  CONTROL_HELD_BY_API: {
    detail: 'The recording is controlled by an API client.',
    ...RECORDING,
    allowedCommands: ['consent'],
    holder: { side: 'api', client: 'crm', since: '2026-01-31T09:00:30.000Z' },
  },
  CONTROL_HELD_BY_UI: {
    detail: 'The recording is controlled by the recorder’s own page.',
    ...RECORDING,
    allowedCommands: ['tag', 'consent'],
    holder: { side: 'ui', client: 'ui', since: '2026-01-31T09:00:30.000Z' },
  },
  ALREADY_RECORDING: { detail: 'A recording is in progress.', ...RECORDING },
  INVALID_STATE: { detail: 'No track can be resumed now.', ...RECORDING },
  RECORDING_CLOSED: {
    detail: 'The recording is closed. It accepts only consent, holds and erasure.',
    ...RECORDING,
    state: 'Closed',
    allowedCommands: ['start', 'consent'],
  },
  CONSENT_REQUIRED: {
    detail: 'The configuration of this computer requires consent, and the start has none.',
  },
  TAG_LIMIT: {
    detail:
      'The recording would have 1001 different tag keys; 1000 are possible. Nothing was changed.',
    ...RECORDING,
  },
  ON_HOLD: {
    detail: 'A hold keeps the recording. Nothing was erased.',
    recordingId: RECORDING.recordingId,
    state: 'Closed',
    allowedCommands: ['start', 'consent'],
    holds: ['b0a0c7a4-2f0a-4a37-8a5c-6f7b0f1d2c3e'],
  },
  IN_FLIGHT: {
    detail: 'The first request with this Idempotency-Key has not been answered yet.',
    ...RECORDING,
  },
  TOKEN_NAME_TAKEN: { detail: 'Another token has this name.', tokenId: 'tok_Zk3mJ1xQfT0aVb9R' },
  ERASED: { detail: 'The recording was erased.', recordingId: RECORDING.recordingId },
  VERSION_MISMATCH: { detail: 'The recording is at version 9, not 1.', ...RECORDING },
  PAYLOAD_TOO_LARGE: { detail: 'The body is longer than 65536 bytes.' },
  UNSUPPORTED_MEDIA_TYPE: {
    detail: 'The body is compressed, or its Content-Type is not application/json in UTF-8.',
  },
  EXPECTATION_FAILED: {
    detail: 'The Expect header asks for something else than 100-continue.',
  },
  IDEMPOTENCY_MISMATCH: { detail: 'This Idempotency-Key was used with another request.' },
  UPGRADE_REQUIRED: { detail: 'GET /v1/inspect is a web socket.' },
  RATE_LIMITED: { detail: 'There were too many wrong credentials.', retryAfterSeconds: 42 },
  TOO_MANY_CONNECTIONS: {
    detail: 'All connections that this client may have are waiting for answers. Nothing was done.',
    retryAfterSeconds: 1,
  },
  TOO_MANY_STREAMS: {
    detail: 'This client already has 8 event streams.',
    retryAfterSeconds: 1,
  },
  INTERNAL: { detail: 'An unexpected error occurred. The recorder’s log has the details.' },
  DEVICE_UNAVAILABLE: {
    detail: 'There is no mic device with the id "usb-9". There are: usb-1, usb-2.',
    medium: 'mic',
  },
  CAPTURE_FAILED: { detail: 'The screen delivered nothing within 5 s.', medium: 'screen' },
  EXPORT_FAILED: { detail: 'A segment of the recording is missing from the disk.' },
  KEY_UNAVAILABLE: { detail: 'The key store of this user is locked.' },
  NOT_READY: { detail: 'The recorder verifies its log: 120000 of 480000 events.' },
  INTERRUPTED: { detail: 'A pause or stop arrived before the media flowed.' },
  STORAGE_UNAVAILABLE: { detail: 'The log could not be written.' },
  LOG_DAMAGED: {
    detail:
      'The log is damaged: event 150 is not the one to which event 151 is chained. The verification in the background has found that. Recording has ended, and the log is not changed any more.',
  },
  STORAGE_FULL: { detail: 'The disk of the log is full.' },
}
