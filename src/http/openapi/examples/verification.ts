import type { VerificationView } from '../../../contract/verification.ts'
import { timeAt } from './story.ts'

const BEGUN: VerificationView = {
  id: '0f8fad5b-d9cb-469f-a165-70867728950e',
  state: 'waiting',
  recordingId: null,
  startedAt: timeAt(300),
  endedAt: null,
  progress: null,
  verdict: null,
}

/** The bodies of answers about verifications and outsiders, by operation. */
export const VERIFICATION_EXAMPLES = {
  listOutsiders: {
    items: [
      {
        kind: 'witness',
        name: 'witness.example/w1',
        url: 'https://witness.example/w1',
        confirmed: { size: 69, at: timeAt(299) },
        problem: null,
      },
    ],
  },
  beginVerification: BEGUN,
  readVerification: {
    ...BEGUN,
    state: 'done',
    endedAt: timeAt(301),
    verdict: {
      isGood: true,
      position: 69,
      checkpointSize: 69,
      isKeyTrusted: false,
      checked: {
        ...{ events: 69, checkpoints: 2, segments: 4, bytes: 1_284_113, receipts: 0 },
        ...{ cosignatures: 1, timestamps: 0 },
      },
      confirmations: [
        {
          kind: 'witness',
          name: 'witness.example/w1',
          size: 69,
          at: timeAt(299),
          isVerified: true,
        },
      ],
      findings: [],
      found: 0,
      stillGood: [
        'Events 1 to 69 are complete, and each is chained to the one before.',
        'The events are those for which the newest checkpoint was signed.',
        'The outside witness witness.example/w1 confirmed events 1 to 69.',
        '4 of 4 segments are the files that were recorded.',
      ],
    },
  } satisfies VerificationView,
}
