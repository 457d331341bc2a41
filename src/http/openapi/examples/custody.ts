import type { By } from '../../../contract/by.ts'
import type { ConsentView, HoldView } from '../../../contract/custody.ts'
import type { RecordingAnswer } from '../../../contract/views.ts'
import { recordingAfter } from './recording.ts'
import { RECORDING_ID, STEPS, timeAt } from './story.ts'

/** Who erases in the examples: the command line of the computer. */
const OFFICER: By = { side: 'api', client: 'home', user: 'maria' }
const HOLD: HoldView = {
  id: 'b0a0c7a4-2f0a-4a37-8a5c-6f7b0f1d2c3e',
  reason: 'A claim of 2026-01-31 is being settled.',
  at: timeAt(STEPS.close + 60),
  by: OFFICER,
}
const ERASED_DEVICE = { id: '', label: 'erased' }

function erased(): RecordingAnswer {
  const closed = recordingAfter('close')
  const { note: _, ...consent } = closed.consent as ConsentView
  const tracks = Object.entries(closed.tracks).map(([medium, track]) => [
    medium,
    { ...track, device: ERASED_DEVICE },
  ])
  return {
    ...closed,
    version: 67,
    position: 73,
    tracks: Object.fromEntries(tracks),
    tags: [],
    consent,
    allowedCommands: ['start'],
    erased: {
      at: timeAt(STEPS.close + 120),
      by: OFFICER,
      cause: 'request',
      reason: 'The customer asked for it.',
    },
  }
}

/** The bodies of requests about custody, by operation. */
export const CUSTODY_REQUEST_EXAMPLES = {
  placeHold: { reason: HOLD.reason },
  releaseHold: { reason: 'The claim is settled.' },
  eraseRecording: { reason: 'The customer asked for it.' },
  confirmClock: {},
  confirmHolds: {},
}

/** The bodies of answers about custody, by operation. */
export const CUSTODY_EXAMPLES = {
  placeHold: { ...recordingAfter('close'), version: 62, position: 66, holds: [HOLD] },
  listHolds: { items: [HOLD], nextCursor: null },
  releaseHold: { ...recordingAfter('close'), version: 65, position: 69 },
  eraseRecording: erased(),
  readRetention: {
    waiting: null,
    due: 0,
    items: [
      {
        recordingId: RECORDING_ID,
        endedAt: timeAt(STEPS.stop),
        eraseAt: timeAt(STEPS.stop + 90 * 86_400),
        rule: 'advice',
        holds: 0,
      },
    ],
    nextCursor: null,
  },
  confirmClock: { waiting: null, due: 0 },
  confirmHolds: { waiting: null, due: 0 },
}
