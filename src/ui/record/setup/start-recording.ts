import { computed } from '@preact/signals'
import { MEDIA, type Medium } from '../../../contract/media.ts'
import { configuration } from '../../live/configuration.ts'
import { current } from '../../live/live-state.ts'
import { recorder } from '../../live/recorder.ts'
import { runCommand } from '../commands.ts'
import { hasConsent } from './consent.ts'
import { devices } from './devices.ts'
import { clearFirstTags, firstTags, missingKeys } from './first-tags.ts'
import { chosenMedia, startChoice } from './start-choice.ts'

/** Why no recording can be started, by the field that has to change. */
export interface MissingForStart {
  /** The id of the text that says so. */
  id: string
  fieldId: string
}

/** Returns the id of the field of a required key. */
export function requiredFieldId(key: string): string {
  return `required-${key}`
}

/** The reason why no recording can be started; null when there is none. */
export const whyNotStart = computed<MissingForStart | null>(() => {
  if (chosenMedia(startChoice.value).length === 0)
    return { id: 'media-error', fieldId: 'choice-screen' }
  const [key] = missingKeys.value
  if (key !== undefined) {
    const fieldId = requiredFieldId(key)
    return { id: `${fieldId}-error`, fieldId }
  }
  const isMissing = configuration.value.consentMode === 'required' && !hasConsent.value
  return isMissing ? { id: 'consent-error', fieldId: 'consent' } : null
})

/** Moves the focus to the field that prevents a start. */
export function leadToMissing(): void {
  const field = document.getElementById(whyNotStart.value?.fieldId ?? '')
  // Between recordings the fields are folded away.
  field?.closest('details')?.setAttribute('open', '')
  field?.focus()
}

/** Starts a recording with what has been chosen. */
export async function startRecording(): Promise<void> {
  const choice = startChoice.value
  await runCommand('all', 'start', (options) =>
    recorder.start(
      {
        media: chosenMedia(choice),
        recordingType: choice.sound === 'none' ? 'both' : choice.sound,
        devices: presentDevices(),
        tags: firstTags(),
        ...(hasConsent.value ? { consent: { state: 'granted', method: 'spoken' } } : {}),
      },
      options,
    ),
  )
}

let shownId: string | undefined
// As soon as there is another recording, whoever has started it, and whether or not the start was
// answered with success: the next customer is asked again, and has other tags.
current.subscribe((recording) => {
  if (recording === null || recording.id === shownId) return
  shownId = recording.id
  clearFirstTags()
  hasConsent.value = false
})

/**
 * Returns the chosen devices of some media. Leaves out those that are not there today: the default
 * device records instead.
 */
export function presentDevices(media: readonly Medium[] = MEDIA): Partial<Record<Medium, string>> {
  const chosen: Partial<Record<Medium, string>> = {}
  for (const medium of media) {
    const id = startChoice.value.devices[medium]
    const isPresent = devices.value?.[medium].devices.some((device) => device.id === id)
    if (id !== undefined && isPresent) chosen[medium] = id
  }
  return chosen
}
