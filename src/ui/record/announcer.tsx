import { useEffect, useRef, useState } from 'preact/hooks'
import { MEDIA } from '../../contract/media.ts'
import type { RecordingAnswer } from '../../contract/views.ts'
import { type TextKey, t } from '../i18n/texts.ts'
import { current } from '../live/live-state.ts'
import { clockText, recordedMs } from '../live/recorded-time.ts'
import { recorderNow } from '../live/recorder-time.ts'
import { mediumName } from './medium-name.ts'
import { senderName } from './sender-name.ts'
import { isStopArmed } from './stop-by-key.ts'

/** Says each change of state once, for those who cannot see it. Alarms have a region of their own. */
export function Announcer() {
  const recording = current.value
  const before = useRef<RecordingAnswer | null | undefined>(undefined)
  const [text, setText] = useState('')
  useEffect(() => {
    const news = before.current === undefined ? '' : announcement(before.current, recording)
    before.current = recording
    if (news) setText(news)
  }, [recording])
  return (
    <p class="hidden-text" role="status" data-announcer="">
      {isStopArmed.value ? t('record.stopArmed') : text}
    </p>
  )
}

/** Returns what has changed from one answer to the next, in a sentence; '' for nothing to say. */
export function announcement(before: RecordingAnswer | null, now: RecordingAnswer | null): string {
  if (now === null) return before ? t('record.said.closed') : ''
  if (before?.id !== now.id) return now.state === 'WrapUp' ? '' : say('record.said.started', now)
  if (before.state !== now.state) return stateText(before, now)
  return trackText(before, now) || tagText(before, now)
}

function stateText(before: RecordingAnswer, now: RecordingAnswer): string {
  if (now.state === 'Paused') return say('record.said.paused', now)
  if (now.state === 'WrapUp') return say('record.said.stopped', now)
  return before.state === 'Paused' ? say('record.said.resumed', now) : ''
}

function say(key: TextKey, recording: RecordingAnswer): string {
  return t(key, { time: clockText(recordedMs(recording, recorderNow())) })
}

function trackText(before: RecordingAnswer, now: RecordingAnswer): string {
  const changes = MEDIA.flatMap((medium) => {
    const state = now.tracks[medium]?.state
    if (state === before.tracks[medium]?.state) return []
    if (state !== 'recording' && state !== 'paused' && state !== 'stopped') return []
    return [`${mediumName(medium)}: ${t(`record.track.${state}`)}.`]
  })
  return changes.join(' ')
}

/** Others' tags are news; one's own are not. */
function tagText(before: RecordingAnswer, now: RecordingAnswer): string {
  const known = new Set(before.tags.map(({ key, at }) => `${key} ${at}`))
  const others = now.tags.filter(
    ({ key, at, by }) => by.side === 'api' && !known.has(`${key} ${at}`),
  )
  const [first] = others
  if (!first) return ''
  const keys = others.map(({ key }) => key).join(', ')
  return t('record.said.tagged', { name: senderName(first.by), keys })
}
