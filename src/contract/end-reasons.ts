/** The reasons why the capture of a recording is over. */
export const WRAP_UP_REASONS = [
  'stopped',
  'maxDuration',
  'interrupted',
  'failed',
  'shutdown',
  'storageFull',
  'noConsent',
] as const
/** The reason why the capture of a recording is over. */
export type WrapUpReason = (typeof WRAP_UP_REASONS)[number]

/**
 * The reasons why a recording is closed. `noConsent`: consent was declined or withdrawn, and the
 * recording is erased.
 */
export const CLOSE_REASONS = ['command', 'timer', 'nextStart', 'noConsent'] as const
/** The reason why a recording is closed. */
export type CloseReason = (typeof CLOSE_REASONS)[number]
