/** The reasons why a track has no media for a stretch of the recording. */
export const GAP_REASONS = [
  'notStarted',
  'stopped',
  'paused',
  'deviceLost',
  'captureFailed',
  'interrupted',
  'suspended',
  'locked',
  'storageFull',
] as const
/** The reason why a track has no media for a stretch of the recording. */
export type GapReason = (typeof GAP_REASONS)[number]

/** The reasons that somebody wanted, or that every track can have. */
const WANTED: readonly GapReason[] = ['notStarted', 'stopped', 'paused']
/** The reasons of gaps that nobody wanted: something went wrong, or the system paused. */
export const UNWANTED_GAPS: readonly GapReason[] = GAP_REASONS.filter(
  (reason) => !WANTED.includes(reason),
)
