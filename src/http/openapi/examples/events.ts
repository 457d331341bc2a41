import type { LogEvent } from '../../../contract/events.ts'
import type { Level } from '../../../contract/views.ts'
import { SYSTEM_TAGS } from './recording.ts'
import { CRM, RECORDER, RECORDING_ID, STEPS, timeAt } from './story.ts'

const COMMAND_ID = 'ed2a64c1-6c4e-4f3c-a0c8-5f1d8e1f0b11'

const START = {
  recordingId: RECORDING_ID,
  at: timeAt(STEPS.start),
  by: CRM,
  commandId: COMMAND_ID,
}

/** The first events of the recording. */
export const EVENTS: LogEvent[] = [
  {
    position: 3,
    version: 1,
    type: 'command.accepted',
    ...START,
    data: { command: 'recording.start', media: ['mic', 'screen'] },
  },
  {
    position: 4,
    version: 2,
    type: 'recording.starting',
    ...START,
    data: {
      recordingType: 'both',
      media: ['mic', 'screen'],
      require: 'all',
      wrapUpSeconds: 60,
      maxDurationSeconds: 14_400,
      endsBy: timeAt(STEPS.start + 14_400),
      quality: {
        framesPerSecond: 15,
        screenCrf: 23,
        micBitsPerSecond: 48_000,
        speakerBitsPerSecond: 96_000,
      },
      machines: 3,
    },
  },
  {
    position: 5,
    version: 3,
    type: 'recording.tagged',
    ...START,
    by: RECORDER,
    commandId: null,
    data: { tags: SYSTEM_TAGS },
  },
]

const PAUSING: LogEvent = {
  position: 24,
  recordingId: RECORDING_ID,
  version: 22,
  type: 'track.pausing',
  at: timeAt(STEPS.pause),
  by: CRM,
  commandId: COMMAND_ID,
  data: { medium: 'mic', segment: 1, cutAt: timeAt(STEPS.pause) },
}

const LEVEL: Level = { rmsDb: -21.3, peakDb: -18.2 }
const LEVEL_MESSAGE = { recordingId: RECORDING_ID, medium: 'mic', level: LEVEL, at: timeAt(1) }

/** A part of the event stream as it is sent. */
export const STREAM = [
  `retry: 1000\nid: ${PAUSING.position - 1}\n\n`,
  `id: ${PAUSING.position}\nevent: ${PAUSING.type}\ndata: ${JSON.stringify(PAUSING)}\n\n`,
  `event: level\ndata: ${JSON.stringify(LEVEL_MESSAGE)}\n\n`,
  ':\n\n',
].join('')
