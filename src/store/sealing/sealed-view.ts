import { type Device, entriesByMedium, type Medium } from '../../contract/media.ts'
import type { RecordingView, TagEntry, TrackView } from '../../contract/views.ts'
import { isSealedValue, type SealedValue } from '../../custody/values.ts'
import { memberOfTag } from './sealed-members.ts'

/** Opens a sealed value; undefined when it cannot be opened. */
export type OpenValue = (member: string, value: SealedValue) => unknown

/** Tags that were opened before. Most tags of a view are those of the view before. */
const openedTags = new WeakMap<TagEntry, TagEntry>()

/** Tracks that were opened before. A tag changes none of them. */
const openedTracks = new WeakMap<TrackView, TrackView>()

/**
 * Returns a view with its values opened. One whose values cannot all be opened has no tags, says
 * `keyMissing`, and `word` stands in place of its other values.
 */
export function mapSealedView(view: RecordingView, open: OpenValue, word: string): RecordingView {
  let isWhole = true
  const text: OpenText = (member, value, without) => {
    if (!isSealedValue(value)) return value
    const opened = open(member, value)
    if (opened === undefined) isWhole = false
    return (opened ?? without) as typeof value
  }
  const tags = openTags(view.tags, open)
  const { consent } = view
  const opened: RecordingView = {
    ...view,
    tags: tags ?? [],
    tracks: mapTracks(
      view.tracks,
      (track) => openedTracks.get(track) ?? openTrack(track, text, word),
    ),
    consent: consent && { ...consent, ...openNote(consent.note, text, word) },
    holds: view.holds.map((hold) => ({ ...hold, reason: text('reason', hold.reason, word) })),
  }
  if (!isWhole || tags === undefined) return { ...opened, tags: [], keyMissing: true }
  for (const [medium, track] of entriesByMedium(view.tracks))
    openedTracks.set(track, opened.tracks[medium]!)
  return opened
}

/** Returns the view of an erased recording: `word` stands in place of its values, sealed or not. */
export function maskView(view: RecordingView, word: string): RecordingView {
  return {
    ...view,
    tags: [],
    tracks: mapTracks(view.tracks, ({ device, error, warnings, ...track }) => ({
      ...track,
      device: device && maskedDevice(word),
      error: error && { ...error, message: word },
      warnings: warnings.map((warning) => ({ ...warning, message: word })),
    })),
    holds: view.holds.map((hold) => ({ ...hold, reason: word })),
  }
}

/** Returns what stands in place of a device. */
export const maskedDevice = (word: string): Device => ({ id: '', label: word })

/** Whether a stored recording was written by 0.1: it has devices, and nothing sealed by its key. */
export function isUnsealed({ tracks, tags }: RecordingView): boolean {
  const devices = Object.values(tracks).flatMap(({ device }) => device ?? [])
  const isOwn = (value: unknown): boolean => isSealedValue(value) && value.of !== 'home'
  return devices.length > 0 && !devices.some(isOwn) && !tags.some(({ value }) => isOwn(value))
}

/** Opens a value that may be sealed; `without` stands in its place when it cannot be opened. */
type OpenText = <T>(member: string, value: T, without: T) => T

/** Opens the values of tags; undefined when one cannot be opened. */
export function openTags(tags: readonly TagEntry[], open: OpenValue): TagEntry[] | undefined {
  const opened: TagEntry[] = []
  for (const tag of tags) {
    const entry = openTag(tag, open)
    if (entry === undefined) return undefined
    opened.push(entry)
  }
  return opened
}

/** Opens the value of a tag; undefined when it cannot be opened. */
export function openTag(tag: TagEntry, open: OpenValue): TagEntry | undefined {
  if (!isSealedValue(tag.value)) return tag
  const known = openedTags.get(tag)
  if (known) return known
  const value = open(memberOfTag(tag.key), tag.value)
  if (value === undefined) return undefined
  const opened = { ...tag, value: value as TagEntry['value'] }
  openedTags.set(tag, opened)
  return opened
}

function openTrack(track: TrackView, text: OpenText, word: string): TrackView {
  const { device, error, warnings } = track
  const message = (value: string): string => text('detail', value, word)
  return {
    ...track,
    device: text('device', device, maskedDevice(word)),
    error: error && { ...error, message: message(error.message) },
    warnings: warnings.map((one) => ({ ...one, message: message(one.message) })),
  }
}

function openNote(note: string | undefined, text: OpenText, word: string): { note?: string } {
  return note === undefined ? {} : { note: text('note', note, word) }
}

function mapTracks(
  tracks: RecordingView['tracks'],
  map: (track: TrackView) => TrackView,
): RecordingView['tracks'] {
  const mapped: Partial<Record<Medium, TrackView>> = {}
  for (const [medium, track] of entriesByMedium(tracks)) mapped[medium] = map(track)
  return mapped
}
