import { useComputed } from '@preact/signals'
import type { RefObject } from 'preact'
import { togglePlaying } from './player-keys.ts'
import { itemAt, type PlayGap, type PlayTrack } from './playing/play-timeline.ts'
import type { Player } from './playing/player.ts'
import type { RecordedData } from './playing/recorded-data.ts'
import { t } from './texts/texts.ts'
import { positionText, wallClockText } from './time-text.ts'

/** Shorter gaps have no card: the last picture stays. */
const CARD_MIN_MS = 100
/** Before the first media of a recording are a few tenths of a second, which need no card. */
const FIRST_CARD_MIN_MS = 3_000

/** The picture, and a card over it where there is none. */
export function Stage({
  video,
  player,
  data,
}: {
  video: RefObject<HTMLVideoElement | null>
  player: Player | null
  data: RecordedData
}) {
  const screen = data.timeline.value?.tracks.find(({ medium }) => medium === 'screen')
  return (
    // A click on the picture plays it, as everywhere. The button and the keys do the same.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above.
    // biome-ignore lint/a11y/noStaticElementInteractions: see above.
    <div
      class={screen ? 'stage' : 'stage stage-sound'}
      onClick={() => player && togglePlaying(player)}
    >
      <video ref={video} class="stage-video" playsInline muted tabIndex={-1} />
      {player && <Card player={player} screen={screen} />}
      {player?.waiting.value && (
        <p class="stage-waiting" role="status">
          {t('player.waiting')}
        </p>
      )}
    </div>
  )
}

function Card({ player, screen }: { player: Player; screen: PlayTrack | undefined }) {
  const silence = useComputed(() => {
    const { silences, durationMs } = player.timeline.value
    return itemAt(silences, Math.min(player.position.value, durationMs - 1))
  }).value
  const ownGap = useComputed(() => {
    const { tracks } = player.timeline.value
    const track = tracks.find(({ medium }) => medium === 'screen')
    return track && itemAt(track.gaps, player.position.value)
  }).value
  const gap = silence ?? ownGap
  if (gap === undefined)
    return screen ? null : <div class="card-over card-sound">{t('player.soundOnly')}</div>
  const least = gap.reason === 'notStarted' ? FIRST_CARD_MIN_MS : CARD_MIN_MS
  if (gap.toMs - gap.fromMs < least) return null
  const { startMs } = player.timeline.value
  return <GapCard gap={gap} isOfAll={silence !== undefined} startMs={startMs} />
}

function GapCard({ gap, isOfAll, startMs }: { gap: PlayGap; isOfAll: boolean; startMs: number }) {
  const { reason, fromMs, toMs } = gap
  return (
    <div class={`card-over card-${reason}`} data-card={reason}>
      <p class="card-title">{t(`player.gap.${reason}`)}</p>
      <p>
        {reason === 'open'
          ? t('player.gap.open.help')
          : t('player.gap.times', {
              from: wallClockText(startMs + fromMs),
              to: wallClockText(startMs + toMs),
              length: positionText(toMs - fromMs, toMs - fromMs < 10_000),
            })}
      </p>
      {!isOfAll && reason !== 'open' && <p>{t('player.gap.screenOnly')}</p>}
    </div>
  )
}
