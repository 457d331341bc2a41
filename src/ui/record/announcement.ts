import { MEDIA, type Medium } from '../../contract/media.ts'
import type { TrackState } from '../../contract/states.ts'
import type { RecordingAnswer, TagEntry } from '../../contract/views.ts'
import { t } from '../i18n/texts.ts'
import { clockText, recordedMs } from '../live/recorded-time.ts'
import { recorderNow } from '../live/recorder-time.ts'
import { mediumName } from './medium-name.ts'
import { senderName } from './sender-name.ts'
import { recordingStatus, type Status } from './status-of.ts'

/** The recording as a listener knows it: states that have settled, and the tags. */
export interface Heard {
  id: string
  status: Status
  tracks: Partial<Record<Medium, TrackState>>
  tags: TagEntry[]
  time: string
}

/**
 * Returns what a listener knows after an answer. A medium that is starting is on its way to a
 * state, and keeps the one before; the media of one start or resume are news only together.
 */
export function hear(
  before: Heard | null | undefined,
  recording: RecordingAnswer | null,
): Heard | null {
  if (!recording) return null
  const { id, tags } = recording
  const known = before?.id === id ? before : undefined
  const now = recordingStatus(recording)
  const status = now === 'starting' ? (known?.status ?? 'ready') : now
  const isOneOfAll = status === 'recording' && known?.status !== 'recording'
  const tracks: Heard['tracks'] = {}
  for (const medium of MEDIA) {
    const state = recording.tracks[medium]?.state
    const settled = isOneOfAll ? 'recording' : known?.tracks[medium]
    tracks[medium] = state === 'starting' ? (settled ?? 'off') : (state ?? 'off')
  }
  return { id, status, tracks, tags, time: clockText(recordedMs(recording, recorderNow())) }
}

/** Returns what has changed, in a sentence; '' for nothing to say. */
export function announceChange(before: Heard | null, now: Heard | null): string {
  if (!now) return before && before.status !== 'ready' ? t('record.said.closed') : ''
  const known = before?.id === now.id ? before : null
  if (known?.status !== now.status) return statusText(known?.status ?? 'ready', now)
  return trackText(known, now) || tagText(known, now)
}

function statusText(before: Status, { status, time }: Heard): string {
  if (status === 'paused') return t('record.said.paused', { time })
  if (status === 'wrapUp') return t('record.said.stopped', { time })
  if (status !== 'recording') return ''
  return t(before === 'paused' ? 'record.said.resumed' : 'record.said.started', { time })
}

function trackText(before: Heard, now: Heard): string {
  const changes = MEDIA.flatMap((medium) => {
    const state = now.tracks[medium]
    if (state === before.tracks[medium]) return []
    if (state !== 'recording' && state !== 'paused' && state !== 'stopped') return []
    return [`${mediumName(medium)}: ${t(`record.track.${state}`)}.`]
  })
  return changes.join(' ')
}

/** Others' tags are news; one's own are not. */
function tagText(before: Heard, now: Heard): string {
  const known = new Set(before.tags.map(({ key, at }) => `${key} ${at}`))
  const others = now.tags.filter(
    ({ key, at, by }) => by.side === 'api' && !known.has(`${key} ${at}`),
  )
  const [first] = others
  if (!first) return ''
  const keys = others.map(({ key }) => key).join(', ')
  return t('record.said.tagged', { name: senderName(first.by), keys })
}
