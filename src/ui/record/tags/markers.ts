import { signal } from '@preact/signals'
import { type Marker, type MarkerColour, markerOf } from '../../../contract/marker.ts'
import type { RecordingAnswer, TagEntry } from '../../../contract/views.ts'
import { current } from '../../live/live-state.ts'
import { recorder } from '../../live/recorder.ts'
import { runCommand } from '../commands.ts'

/** The label for the next marker, as typed. */
export const nextLabel = signal('')

/** Whether a tag with this key is a marker. */
export function isMarker(key: string): boolean {
  return markerOf({ key, value: '' }) !== null
}

/** A marker of a recording, with its time. */
export type PlacedMarker = Marker & Pick<TagEntry, 'key' | 'at'>

/** Returns the markers of a recording, the newest first. */
export function markersOf({ tagHistory = [] }: RecordingAnswer): PlacedMarker[] {
  const markers = tagHistory.flatMap((tag) => {
    const marker = markerOf(tag)
    return marker ? [{ ...marker, key: tag.key, at: tag.at }] : []
  })
  return markers.reverse()
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
