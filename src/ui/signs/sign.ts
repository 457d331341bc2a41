import { computed } from '@preact/signals'
import { type TextKey, t } from '../i18n/texts.ts'
import { application, current, link } from '../live/live-state.ts'
import { clockText, recordedMs } from '../live/recorded-time.ts'
import { recorderNow } from '../live/recorder-time.ts'
import { recordingStatus } from '../record/status-of.ts'
import { alarms } from './alarms.ts'

/** The state in one word. `unknown`: the recorder has not confirmed anything lately. */
export type SignKind = 'unknown' | 'idle' | 'starting' | 'recording' | 'paused' | 'wrapUp'

/** The word for what is happening now. */
export const signKind = computed<SignKind>(() => {
  if (link.value.state !== 'live' || application.value === null) return 'unknown'
  const status = recordingStatus(current.value)
  return status === 'ready' ? 'idle' : status
})

const WORDS: Record<SignKind, TextKey> = {
  unknown: 'signs.unknown',
  idle: 'signs.idle',
  starting: 'signs.starting',
  recording: 'signs.recording',
  paused: 'signs.paused',
  wrapUp: 'signs.wrapUp',
}

const MARKS: Record<SignKind, string> = {
  unknown: '?',
  idle: '○',
  starting: '◌',
  recording: '●',
  paused: '❚❚',
  wrapUp: '■',
}

/** Returns the title of the window, such as `● 00:05:21 Recording – Face-to-Face Recorder`. */
export function windowTitle(): string {
  const kind = signKind.value
  const recording = current.value
  const hasTime = recording !== null && (kind === 'recording' || kind === 'paused')
  const parts = [
    alarms.value.length > 0 && kind !== 'unknown' ? '⚠' : '',
    MARKS[kind],
    hasTime ? clockText(recordedMs(recording, recorderNow())) : '',
    t(WORDS[kind]),
  ]
  return `${parts.filter(Boolean).join(' ')} – ${t('app.name')}`
}

/** Returns the path of the icon of the window. */
export function windowIcon(): string {
  const kind = signKind.value
  if (kind !== 'unknown' && alarms.value.length > 0) return '/icons/error.svg'
  if (kind === 'recording' || kind === 'paused') return `/icons/${kind}.svg`
  return kind === 'wrapUp' ? '/icons/wrap-up.svg' : '/icons/idle.svg'
}
