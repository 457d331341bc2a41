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
