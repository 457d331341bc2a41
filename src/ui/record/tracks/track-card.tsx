import type { Medium } from '../../../contract/media.ts'
import type { TrackState } from '../../../contract/states.ts'
import type { RecordingAnswer, TrackView } from '../../../contract/views.ts'
import { t } from '../../i18n/texts.ts'
import { confirmedNow } from '../../live/confirmed-time.ts'
import { link } from '../../live/live-state.ts'
import { clockText, trackMs } from '../../live/recorded-time.ts'
import { tick } from '../../live/recorder-time.ts'
import { Icon, type IconName } from '../icons.tsx'
import { LevelMeter } from '../level-meter.tsx'
import { mediumName } from '../medium-name.ts'
import { ProblemNotice } from '../problem-notice.tsx'
import { LivePicture } from './live-picture.tsx'
import { TrackButtons } from './track-buttons.tsx'

const ICONS: Record<TrackState, IconName> = {
  off: 'off',
  starting: 'wait',
  recording: 'record',
  paused: 'pause',
  recovering: 'wait',
  stopped: 'stop',
  failed: 'error',
}

/** One medium: what it does, from which device, for how long, how loud; and its own buttons. */
export function TrackCard({ medium, recording }: { medium: Medium; recording: RecordingAnswer }) {
  const track = recording.tracks[medium]
  const state = track?.state ?? 'off'
  const isCertain = link.value.state === 'live'
  const isRecorded = state === 'recording' && isCertain
  const stateName = t(`record.track.${state}`)
  const name = `track-${medium}`
  return (
    <article class="card track" data-medium={medium} data-state={state} aria-labelledby={name}>
      <header class="medium-head">
        <Icon name={medium} size={24} />
        <h2 id={name}>{mediumName(medium)}</h2>
        <p class="track-state">
          <Icon name={isCertain ? ICONS[state] : 'unknown'} size={16} />
          {isCertain ? stateName : t('record.track.lastKnown', { state: stateName })}
        </p>
      </header>
      <div class="track-facts">
        <p class="track-device" title={track?.device?.label}>
          {track?.device?.label}
        </p>
        {track && <TrackClock track={track} />}
      </div>
      {medium === 'screen'
        ? recording.state !== 'WrapUp' && (
            <LivePicture id={recording.id} isRecording={isRecorded} isCertain={isCertain} />
          )
        : isRecorded && <LevelMeter medium={medium} />}
      {track && <TrackTroubles track={track} />}
      {recording.state !== 'WrapUp' && (
        <TrackButtons medium={medium} state={state} recordingId={recording.id} />
      )}
      <ProblemNotice place={medium} />
    </article>
  )
}

function TrackClock({ track }: { track: TrackView }) {
  void tick.value
  return <p class="track-clock">{clockText(trackMs(track, confirmedNow()))}</p>
}

/** Why a track fails, and what it warns of. */
function TrackTroubles({ track: { error, warnings } }: { track: TrackView }) {
  if (!error && warnings.length === 0) return null
  return (
    <div class="track-troubles" lang="en">
      {error && <p>{error.message}</p>}
      {warnings.map(({ code, message }) => (
        <p key={code}>{message}</p>
      ))}
    </div>
  )
}
