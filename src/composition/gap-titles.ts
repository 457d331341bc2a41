import type { GapReason } from '../contract/media.ts'

/** The titles of a gap: on its own (cards, chapters), and behind the name of its track. */
export const GAP_TITLES: Record<GapReason, { alone: string; ofTrack: string }> = {
  notStarted: { alone: 'Not started', ofTrack: 'not started' },
  stopped: { alone: 'Stopped', ofTrack: 'stopped' },
  paused: { alone: 'Paused', ofTrack: 'paused' },
  deviceLost: { alone: 'Device lost', ofTrack: 'device lost' },
  captureFailed: { alone: 'Capture failed', ofTrack: 'capture failed' },
  interrupted: { alone: 'Interrupted', ofTrack: 'interrupted' },
  suspended: { alone: 'Computer asleep', ofTrack: 'computer asleep' },
  locked: { alone: 'Locked', ofTrack: 'locked' },
  storageFull: { alone: 'Storage full', ofTrack: 'storage full' },
}
