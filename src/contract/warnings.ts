/**
 * The registry of warnings: code → title, remedy. A warning is a condition that somebody must know
 * about although nothing has failed. It is an event (`warning.raised`, `warning.cleared`), and an
 * error of the application while it lasts. It never answers a request. docs/errors.md describes the
 * same codes for readers, and a test compares the two.
 */
export const WARNINGS = {
  SOURCE_MUTED: ['The device is muted.', 'Unmute it, at the device or in the sound settings.'],
  SOURCE_SILENT: [
    'The microphone delivers digital silence.',
    'Check its cable, its switch and its battery, or choose another microphone. A quiet room does not sound like this.',
  ],
  MICROPHONE_CHANGED: [
    'The computer uses another microphone now.',
    'The former one goes on being recorded. To record the other one, stop the microphone and start it again with the new device. Or choose the former microphone in the sound settings.',
  ],
  SPEAKER_CHANGED: [
    'The computer plays sound through another speaker now.',
    'To record that one, stop the speaker and start it again with the new device. Or choose the former speaker in the sound settings.',
  ],
  SCREEN_BLACK: ['The screen is captured as black.', 'Wake or unlock the screen.'],
  PAUSE_OVERDUE: [
    'A pause has exceeded its limit.',
    'Resume the medium or stop it. Nothing resumes by itself.',
  ],
  STORAGE_LOW: [
    'The disk is getting full.',
    'Free space on the disk of the home folder before recording stops.',
  ],
  DISK_MISSING: [
    'The disk of the recordings is missing.',
    'Mount it. What is recorded until then is not stored on it.',
  ],
  CLOCK_STEPPED: [
    'The system clock was set.',
    'You need not do anything, and nothing is lost. The recording keeps its own time, and the next one uses the new time.',
  ],
  RETENTION_WAITS: [
    'Retention is waiting, and erases nothing meanwhile.',
    'Run `f2f retention`: it says why, and what to do.',
  ],
  LOG_CONTRADICTED: [
    'Somebody outside knows another log under this name.',
    'Find out whether the home was put back from a backup, copied, or written anew, and keep it as it is. A receipt or checkpoint that is kept elsewhere shows more: `f2f verify --receipt FILE`.',
  ],
} as const satisfies Record<string, readonly [title: string, remedy: string]>

/** The code of a warning. */
export type WarningCode = keyof typeof WARNINGS
