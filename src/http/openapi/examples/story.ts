/** The session that the examples tell: who takes part in it, and when things happen. */
import type { By } from '../../../contract/by.ts'
import type { Device, Medium } from '../../../contract/media.ts'

/** The id of the recording. */
export const RECORDING_ID = 'cb455be5-af7a-49a5-a50a-a14bca17c846'
/** The program that controls the recording. */
export const CRM: By & { side: 'api' } = { side: 'api', client: 'crm', user: 'maria' }
/** The recorder itself. */
export const RECORDER: By = { side: 'system', client: 'recorder', user: 'maria' }

/** The devices of the computer. */
export const DEVICES: Record<Medium, Device> = {
  mic: {
    id: 'alsa_input.pci-0000_00_1f.3.analog-stereo',
    label: 'Built-in Audio Analog Stereo',
  },
  speaker: {
    id: 'alsa_output.pci-0000_00_1f.3.analog-stereo',
    label: 'Built-in Audio Analog Stereo',
  },
  screen: { id: ':0', label: 'Screen :0 (1920×1080)' },
}

/** The seconds from the start to each step. */
export const STEPS = {
  start: 0,
  /** The first media of microphone and screen. */
  mic: 0.443,
  screen: 0.496,
  startSpeaker: 94.5,
  speaker: 95.006,
  tag: 130.343,
  consent: 150.2,
  pause: 300,
  resume: 360.25,
  stop: 900,
  close: 930.512,
} as const

/** Returns the time a number of seconds after the start. */
export function timeAt(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 31, 9, 0, 30) + Math.round(seconds * 1000)).toISOString()
}
