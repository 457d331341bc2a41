import type { Medium } from '../../contract/media.ts'
import type { RecordingView, TagEntry, TrackView } from '../../contract/views.ts'
import { isSealedValue, type SealedValue } from '../../custody/values.ts'
import { memberOfTag } from './sealed-members.ts'

type Open = (member: string, value: SealedValue) => unknown

/** Returns a view with each sealed value replaced by what `open` returns. */
export function mapSealedView(view: RecordingView, open: Open): RecordingView {
  const value = <T>(member: string, sealed: T): T =>
    isSealedValue(sealed) ? (open(member, sealed) as T) : sealed
  const { consent } = view
  return {
    ...view,
    tags: view.tags.map((tag) => openTag(tag, value)),
    tracks: Object.fromEntries(
      Object.entries(view.tracks).map(([medium, track]) => [medium, openTrack(track, value)]),
    ) as Partial<Record<Medium, TrackView>>,
    consent:
      consent?.note === undefined ? consent : { ...consent, note: value('note', consent.note) },
    holds: view.holds.map((hold) => ({ ...hold, reason: value('reason', hold.reason) })),
  }
}

type OpenMember = <T>(member: string, sealed: T) => T

function openTag(tag: TagEntry, value: OpenMember): TagEntry {
  return { ...tag, value: value(memberOfTag(tag.key), tag.value) }
}

function openTrack(track: TrackView, value: OpenMember): TrackView {
  const { device, error, warnings } = track
  return {
    ...track,
    device: value('device', device),
    error: error && { ...error, message: value('detail', error.message) },
    warnings: warnings.map((one) => ({ ...one, message: value('detail', one.message) })),
  }
}
