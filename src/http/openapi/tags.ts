/** The groups of operations in openapi.json, with their descriptions. */
export const TAGS = {
  Commands:
    'Start, pause, resume, stop, tag and close. A command answers once its outcome is confirmed and durable. Pause and stop always win.',
  Recordings: 'List, search and read recordings.',
  Custody: 'Holds, erasure and retention of recordings.',
  Files:
    'The recorded media: segments as they are stored, and tracks and whole recordings as one composed file.',
  Events: 'The log, from which everything else is derived.',
  Audit: 'Questions about the whole log, and proofs that strangers can check.',
  Recorder: 'The state of the recorder, its devices, and whether it is fit to record.',
  Tokens: 'Credentials of other programs.',
  Page: 'The recorder’s own page, and the sessions of its browsers.',
} as const

/** The name of a group of operations. */
export type Tag = keyof typeof TAGS
