/**
 * The one registry of warnings: code → title, remedy. A warning is a fact that somebody has to know
 * at once while nothing has failed: it is an event (`warning.raised`, `warning.cleared`) and an
 * error of the application for as long as it lasts, and never the answer to a request.
 * docs/errors.md says the same for readers, and a test compares them.
 */
export const WARNINGS = {
  SOURCE_MUTED: [
    'The device is muted',
    'Switch its mute off, at the device or in the sound settings.',
  ],
  SOURCE_SILENT: [
    'The microphone delivers digital silence',
    'Check its cable, its switch and its battery, or choose another microphone: a quiet room sounds different.',
  ],
  SCREEN_BLACK: [
    'The screen is captured as black',
    'Wake or unlock the screen; a Wayland session cannot be captured, log in to an X11 (Xorg) session.',
  ],
  PAUSE_OVERDUE: [
    'A pause lasts longer than it was to',
    'Resume the medium, or stop it; nothing resumes by itself.',
  ],
  STORAGE_LOW: [
    'The disk is getting full',
    'Free space on the disk of the home folder before recording stops.',
  ],
  CLOCK_STEPPED: [
    'The system clock was set',
    'Nothing is lost: a recording keeps counting as before, and the new time holds from the next one on.',
  ],
} as const satisfies Record<string, readonly [title: string, remedy: string]>

/** The code of a warning. */
export type WarningCode = keyof typeof WARNINGS
