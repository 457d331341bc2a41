import { effect, signal } from '@preact/signals'
import {
  MEDIA,
  type Medium,
  RECORDING_TYPES,
  type RecordingType,
  resolveMedia,
} from '../../../contract/media.ts'

/** The media that a person has chosen to record. */
export interface StartChoice {
  sound: RecordingType | 'none'
  screen: boolean
  /** Device ids. A medium without one uses its default device. */
  devices: Partial<Record<Medium, string>>
}

const KEY = 'f2f.record.choice'

/** The choice for the next recording, kept in this browser. */
export const startChoice = signal<StartChoice>(load())

effect(() => localStorage.setItem(KEY, JSON.stringify(startChoice.value)))

/** Changes parts of the choice. */
export function choose(change: Partial<StartChoice>): void {
  startChoice.value = { ...startChoice.value, ...change }
}

/** Chooses a device; '' stands for the default one. */
export function chooseDevice(medium: Medium, id: string): void {
  const { [medium]: _, ...others } = startChoice.value.devices
  choose({ devices: id === '' ? others : { ...others, [medium]: id } })
}

/** Returns the media of a choice. */
export function chosenMedia({ sound, screen }: StartChoice): Medium[] {
  const audio = sound === 'none' ? [] : resolveMedia(['audio'], sound)
  return screen ? [...audio, 'screen'] : audio
}

function load(): StartChoice {
  const choice: StartChoice = { sound: 'both', screen: true, devices: {} }
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<StartChoice>
    const sounds: readonly unknown[] = [...RECORDING_TYPES, 'none']
    if (sounds.includes(stored.sound)) choice.sound = stored.sound as StartChoice['sound']
    if (typeof stored.screen === 'boolean') choice.screen = stored.screen
    for (const medium of MEDIA) {
      const id = stored.devices?.[medium]
      if (typeof id === 'string' && id !== '') choice.devices[medium] = id
    }
  } catch {
    // Somebody else has written there.
  }
  return choice
}
