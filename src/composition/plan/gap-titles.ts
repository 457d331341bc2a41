import type { GapReason } from '../../contract/gap-reason.ts'

/** The title of a gap on cards and in chapters. */
export const GAP_TITLES: Record<GapReason, string> = {
  notStarted: 'Not started',
  stopped: 'Stopped',
  paused: 'Paused',
  deviceLost: 'Device lost',
  captureFailed: 'Capture failed',
  interrupted: 'Interrupted',
  suspended: 'Computer asleep',
  locked: 'Locked',
  storageFull: 'Storage full',
}
