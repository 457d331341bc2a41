import type { ProblemTexts } from './problem-texts.ts'

/** The problems in English. */
export const en: ProblemTexts = {
  INVALID_JSON: ['The recorder did not understand the page.', 'Load the page again.'],
  INVALID_REQUEST: ['Some of the fields are not valid.', 'Correct what is named here.'],
  CARD_NUMBER: [
    'This holds the number of a payment card.',
    'Card numbers are not stored. Leave it out, and send the rest again.',
  ],
  UNAUTHENTICATED: ['You are signed out.', 'Open the page with a new link: f2f ui.'],
  FORBIDDEN_SCOPE: ['This page is not allowed to do that.', 'Call your administrator.'],
  FORBIDDEN_HOST: [
    'The address of the page is not the recorder’s.',
    'Open the page with a new link: f2f ui.',
  ],
  FORBIDDEN_ORIGIN: [
    'The page does not come from this recorder.',
    'Open the page with a new link: f2f ui.',
  ],
  NOT_FOUND: ['This does not exist.', 'Load the page again.'],
  RECORDING_NOT_FOUND: ['There is no such recording.', 'Look for it in the list.'],
  NO_CURRENT_RECORDING: ['Nothing is being recorded.', 'Start a recording first.'],
  METHOD_NOT_ALLOWED: ['The recorder did not understand the page.', 'Load the page again.'],
  NOT_ACCEPTABLE: ['The recorder did not understand the page.', 'Load the page again.'],
  CONTROL_HELD_BY_API: [
    'Another program controls the recording.',
    'Stop or pause it in that program. It is named above.',
  ],
  CONTROL_HELD_BY_UI: ['This page controls the recording.', 'Stop or pause it here.'],
  ALREADY_RECORDING: [
    'A recording is in progress.',
    'Stop it first, or start further media in it.',
  ],
  INVALID_STATE: [
    'That does not fit what is recorded now.',
    'Look at the state above, then decide again.',
  ],
  RECORDING_CLOSED: [
    'The recording is closed.',
    'Nothing more can be recorded or tagged in it. Start a new one.',
  ],
  CONSENT_REQUIRED: [
    'Nothing is recorded without consent.',
    'Ask the customer, and enter the answer before you start.',
  ],
  TAG_LIMIT: [
    'The recording has too many tags.',
    'Use keys that it already has, and shorter values.',
  ],
  FORBIDDEN_SAME_ACTOR: ['You cannot release your own hold.', 'Ask somebody else to release it.'],
  ON_HOLD: [
    'A hold keeps the recording.',
    'Release every hold whose reason no longer stands. Then erase the recording.',
  ],
  IN_FLIGHT: ['The command is still being carried out.', 'Wait a moment.'],
  TOKEN_NAME_TAKEN: ['A token with this name exists.', 'Choose another name.'],
  ERASED: ['The recording is erased.', 'It can no longer be seen or heard.'],
  VERSION_MISMATCH: [
    'The recording has changed meanwhile.',
    'Look at its state, then decide again.',
  ],
  PAYLOAD_TOO_LARGE: ['That is too much at once.', 'Shorten it.'],
  UNSUPPORTED_MEDIA_TYPE: ['The recorder did not understand the page.', 'Load the page again.'],
  REQUEST_TIMEOUT: [
    'The recorder did not receive everything in time. Nothing was done.',
    'Try again.',
  ],
  HEADERS_TOO_LARGE: [
    'The browser sends the recorder too many cookies.',
    'Delete the cookies of this address in the settings of the browser, then open the page with a new link: f2f ui.',
  ],
  RANGE_NOT_SATISFIABLE: ['The recorder did not understand the page.', 'Load the page again.'],
  EXPECTATION_FAILED: ['The recorder did not understand the page.', 'Load the page again.'],
  UPGRADE_REQUIRED: ['The recorder did not understand the page.', 'Load the page again.'],
  IDEMPOTENCY_MISMATCH: ['The recorder did not understand the page.', 'Load the page again.'],
  RATE_LIMITED: [
    'There were too many wrong sign-ins.',
    'Wait a minute, then open the page with a new link: f2f ui.',
  ],
  TOO_MANY_CONNECTIONS: ['The page waits for too many answers.', 'Try again in a moment.'],
  TOO_MANY_STREAMS: ['The page is open in too many windows.', 'Close some of its windows.'],
  INTERNAL: ['The recorder failed.', 'Try again. If it fails again, call your administrator.'],
  DEVICE_UNAVAILABLE: ['A device is missing.', 'Plug it in, or choose another one.'],
  CAPTURE_FAILED: ['A device delivers nothing.', 'Check it, or choose another one.'],
  EXPORT_FAILED: [
    'The file could not be made.',
    'Try again. If it fails again, a part of the recording may be missing: call your administrator.',
  ],
  KEY_UNAVAILABLE: [
    'The key of the recordings is missing.',
    'Nothing is recorded now, and nothing is lost. Unlock your key store, or ask whoever looks after this computer.',
  ],
  NOT_READY: ['The recorder is not ready.', 'Try again in a moment.'],
  INTERRUPTED: [
    'The command was interrupted.',
    'Look at the state above, then repeat it if you still want it.',
  ],
  STORAGE_UNAVAILABLE: ['The recorder cannot read or write a file.', 'Call your administrator.'],
  LOG_DAMAGED: [
    'The log of the recorder is damaged.',
    'Recording has ended, and nothing more is recorded. Call your administrator.',
  ],
  STORAGE_FULL: ['The disk is full.', 'Free space on this computer.'],
}
