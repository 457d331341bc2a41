import { computed } from '@preact/signals'
import { MEDIA } from '../../contract/media.ts'
import type { RecordingAnswer } from '../../contract/views.ts'
import { WARNINGS } from '../../contract/warnings.ts'
import { type TextKey, t } from '../i18n/texts.ts'
import { confirmedNow } from '../live/confirmed-time.ts'
import { formatTime } from '../live/format-time.ts'
import { application, current, link } from '../live/live-state.ts'
import { clockText, recordedMs } from '../live/recorded-time.ts'
import { tick } from '../live/recorder-time.ts'
import { alarms } from '../signs/alarms.ts'
import { AllButtons } from './all-buttons.tsx'
import { CONTROL_LINE_ID, ControlLine } from './control-line.tsx'
import { Icon, type IconName } from './icons.tsx'
import { mediaText } from './medium-name.ts'
import { ProblemNotice } from './problem-notice.tsx'
import { pausedSince, recordingStatus, type Status, statusOf } from './status-of.ts'

const WORDS: Record<Status, TextKey> = {
  unknown: 'record.status.unknown',
  ready: 'record.status.ready',
  starting: 'record.status.starting',
  recording: 'record.status.recording',
  paused: 'record.status.paused',
  wrapUp: 'record.status.wrapUp',
  error: 'record.status.error',
}
const ICONS: Record<Status, IconName> = {
  unknown: 'unknown',
  ready: 'check',
  starting: 'wait',
  recording: 'record',
  paused: 'pause',
  wrapUp: 'stop',
  error: 'error',
}

/** Shows the state so that it can be read across a desk, and the buttons for all media. */
export function StatusPanel() {
  const recording = current.value
  const status = statusOf(link.value, application.value, recording)
  return (
    <section class="status" data-status={status} aria-labelledby="status-word">
      <StatusIcon status={status} />
      <div class="status-state">
        <h1 class="status-word" id="status-word">
          {t(WORDS[status])}
        </h1>
        {recording && status !== 'unknown' && <StatusClock recording={recording} status={status} />}
      </div>
      <div class="status-lines" id={CONTROL_LINE_ID}>
        <StatusLine recording={recording} status={status} />
        {recording && <ControlLine recording={recording} />}
      </div>
      <AllButtons />
      <ProblemNotice place="all" />
    </section>
  )
}

/** Every other second, while something is recorded. */
const isDim = computed(() => current.value !== null && Math.floor(tick.value / 4) % 2 === 1)

/** Blinks while it records. An animation would draw many pictures that nobody can tell apart. */
function StatusIcon({ status }: { status: Status }) {
  return (
    <span class="status-icon" data-dim={status === 'recording' && isDim.value}>
      <Icon name={ICONS[status]} size={44} />
    </span>
  )
}

/** The recorded time, frozen in a pause; in the wrap-up the time that is left. */
function StatusClock({ recording, status }: { recording: RecordingAnswer; status: Status }) {
  void tick.value
  const now = confirmedNow()
  const endsAt = recording.wrapUp?.endsAt
  const isCountdown = status === 'wrapUp' && endsAt !== undefined
  const ms = isCountdown
    ? Math.max(0, Math.ceil((Date.parse(endsAt) - now) / 1_000) * 1_000)
    : recordedMs(recording, now)
  return (
    <p class="status-clock" role="timer">
      <span class="hidden-text">
        {t(isCountdown ? 'record.clock.left' : 'record.clock.recorded')}{' '}
      </span>
      {clockText(ms)}
    </p>
  )
}

function StatusLine({ recording, status }: { recording: RecordingAnswer | null; status: Status }) {
  return <p class="status-line">{statusLine(recording, status)}</p>
}

function statusLine(recording: RecordingAnswer | null, status: Status): string {
  if (status === 'unknown')
    return application.value === null
      ? t('record.line.connecting')
      : t('record.line.lastKnown', { state: t(WORDS[recordingStatus(recording)]) })
  if (status === 'error') return errorLine(recording)
  if (!recording) return t('record.line.ready')
  if (status === 'wrapUp') {
    const time = clockText(recordedMs(recording, confirmedNow()))
    const isOwn = recording.controller === 'ui'
    return t(isOwn ? 'record.line.wrapUp' : 'record.line.recorded', { time })
  }
  const since = pausedSince(recording)
  if (since) return t('record.line.pausedSince', { time: formatTime(since) })
  const starting = mediaIn(recording, 'starting')
  return [
    t('record.line.recording', { media: mediaIn(recording, 'recording') || '–' }),
    starting && t('record.line.starting', { media: starting }),
  ]
    .filter(Boolean)
    .join(' · ')
}

function errorLine(recording: RecordingAnswer | null): string {
  const recorded = recording && mediaIn(recording, 'recording')
  return recorded
    ? t('record.line.stillRecording', { media: recorded })
    : [ownFault(), t('record.line.nothingRecorded')].filter(Boolean).join(' ')
}

/** Names what is wrong with the recorder itself: the reason why nothing can be started. */
function ownFault(): string {
  return alarms.value.find(({ code, medium }) => !(code in WARNINGS) && !medium)?.title ?? ''
}

function mediaIn(recording: RecordingAnswer, state: string): string {
  return mediaText(MEDIA.filter((medium) => recording.tracks[medium]?.state === state))
}
