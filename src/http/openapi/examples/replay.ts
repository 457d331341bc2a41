import { QUALITY_PRESETS } from '../../../contract/quality.ts'
import type { MachineState, ReplayState } from '../../../contract/replay.ts'
import type { RecordingView } from '../../../contract/views.ts'
import { recordingAfter } from './recording.ts'
import { CRM, DEVICES, RECORDING_ID, STEPS, timeAt } from './story.ts'

function stoppedTrack(medium: keyof typeof DEVICES): MachineState {
  const device = DEVICES[medium]
  const context = { segment: 2, device, resuming: true, giveUpAt: '' }
  return {
    value: 'stopped',
    context: {
      ...context,
      overdueAt: timeAt(STEPS.pause + 600),
      cutAt: timeAt(STEPS.stop),
      stoppedBy: 'command',
    },
  }
}

function closedRecording(): RecordingView {
  const { allowedCommands: _, retention: __, tracks, ...view } = recordingAfter('close')
  const withoutLevels = Object.entries(tracks).map(([medium, { level: _level, ...track }]) => [
    medium,
    track,
  ])
  return { ...view, tracks: Object.fromEntries(withoutLevels) }
}

/** The recording after its last event. */
export const REPLAY_STATE: ReplayState = {
  recordingId: RECORDING_ID,
  machinesVersion: 3,
  index: 59,
  count: 59,
  event: {
    position: 62,
    recordingId: RECORDING_ID,
    version: 59,
    at: timeAt(STEPS.close),
    by: CRM,
    commandId: '5a63e2c4-84a1-4b5c-9f43-2f4b1c9f7a11',
    type: 'command.completed',
    data: { command: 'recording.close', status: 200 },
  },
  nextPosition: null,
  previousPosition: 61,
  machines: {
    control: { value: 'released', context: {} },
    session: {
      value: 'closed',
      context: {
        recordingType: 'both',
        quality: QUALITY_PRESETS.standard,
        wrapUpSeconds: 60,
        endsBy: timeAt(STEPS.start + 14_400),
        endsAt: timeAt(STEPS.stop + 60),
      },
    },
    tracks: {
      mic: stoppedTrack('mic'),
      speaker: stoppedTrack('speaker'),
      screen: stoppedTrack('screen'),
    },
  },
  changes: [],
  refusal: null,
  recording: closedRecording(),
  allowedCommands: { api: [], ui: [] },
}
