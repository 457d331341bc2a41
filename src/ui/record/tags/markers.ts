import { signal } from '@preact/signals'
import type { RecordingAnswer, TagEntry } from '../../../contract/views.ts'
import { current } from '../../live/live-state.ts'
import { recorder } from '../../live/recorder.ts'
import { runCommand } from '../commands.ts'

/** The colours of markers, in the order of the keys 1 to 4. */
export const MARKER_COLOURS = ['red', 'yellow', 'green', 'blue'] as const
/** The colour of a marker. */
export type MarkerColour = (typeof MARKER_COLOURS)[number]

/** The label for the next marker, as typed. */
export const nextLabel = signal('')

/** Whether a tag is a marker: its time matters, and each setting is one. */
export function isMarker(key: string): boolean {
  return key === 'marker' || key.startsWith('marker.')
}

/** Returns the colour of a marker; null for one without. */
export function colourOf(key: string): MarkerColour | null {
  return MARKER_COLOURS.find((colour) => key === `marker.${colour}`) ?? null
}

/** Returns the markers of a recording, the newest first. */
export function markersOf({ tagHistory = [] }: RecordingAnswer): TagEntry[] {
  return tagHistory.filter(({ key }) => isMarker(key)).reverse()
}

/**
 * Sets a marker now, labelled if a label has been typed before. The time of a marker is that of its
 * fact in the log, so nothing is asked first: a dialog would cost the moment.
 */
export async function setMarker(colour?: MarkerColour): Promise<void> {
  const recording = current.value
  if (!recording) return
  const key = colour ? `marker.${colour}` : 'marker'
  const label = nextLabel.value.trim()
  const isSet = await runCommand('markers', key, () => recorder.tag(recording.id, { [key]: label }))
  if (isSet && nextLabel.value.trim() === label) nextLabel.value = ''
}
