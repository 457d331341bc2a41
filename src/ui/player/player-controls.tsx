import { useComputed } from '@preact/signals'
import type { RefObject } from 'preact'
import { useState } from 'preact/hooks'
import { recordingHref, replaceRoute } from '../shell/router.ts'
import { eventMoments, frameMsOf } from './events/moments.ts'
import { toggleFullScreen } from './full-screen.ts'
import { PlayerIcon, type PlayerIconName } from './player-icon.tsx'
import { stepEvent, togglePlaying } from './player-keys.ts'
import { type Player, RATES } from './playing/player.ts'
import type { RecordedData } from './playing/recorded-data.ts'
import { type PlayerTextKey, t } from './texts/texts.ts'
import { positionText, wallClockText } from './time-text.ts'

const STEP_MS = 5_000

/** The controls below the picture. */
export function PlayerControls({
  player,
  data,
  screen,
}: {
  player: Player
  data: RecordedData
  screen: RefObject<HTMLDivElement | null>
}) {
  const { startMs } = player.timeline.value
  const moments = (): number[] => eventMoments(data.events.value, startMs)
  const step = (direction: 1 | -1) => () =>
    player.stepFrame(direction, frameMsOf(data.events.value))
  const isPlaying = player.playing.value
  return (
    <section class="controls" aria-label={t('player.controls')}>
      <div class="controls-group">
        <Control
          icon="previous"
          name="player.previous"
          onClick={() => stepEvent(player, moments(), -1)}
        />
        <Control icon="back" name="player.back" onClick={() => player.move(-STEP_MS)} />
        <button
          type="button"
          class="control control-play"
          onClick={() => togglePlaying(player)}
          aria-label={t(isPlaying ? 'player.pause' : 'player.play')}
          title={t(isPlaying ? 'player.pause' : 'player.play')}
        >
          <PlayerIcon name={isPlaying ? 'pause' : 'play'} size={28} />
        </button>
        <Control icon="forward" name="player.forward" onClick={() => player.move(STEP_MS)} />
        <Control icon="next" name="player.next" onClick={() => stepEvent(player, moments(), 1)} />
      </div>
      <Times player={player} />
      <div class="controls-group controls-more">
        <Control icon="frameBack" name="player.frameBack" onClick={step(-1)} />
        <Control icon="frameForward" name="player.frameForward" onClick={step(1)} />
        <Rate player={player} />
        <Volume player={player} />
        <CopyLink data={data} player={player} />
        <Control icon="full" name="player.full" onClick={() => toggleFullScreen(screen.current)} />
      </div>
    </section>
  )
}

function Control({
  icon,
  name,
  onClick,
}: {
  icon: PlayerIconName
  name: PlayerTextKey
  onClick: () => void
}) {
  return (
    <button type="button" class="control" onClick={onClick} aria-label={t(name)} title={t(name)}>
      <PlayerIcon name={icon} />
    </button>
  )
}

function Times({ player }: { player: Player }) {
  // The position changes with every picture, its text seldom.
  const now = useComputed(() => positionText(player.position.value, !player.playing.value))
  const total = useComputed(() => positionText(player.timeline.value.durationMs))
  const clock = useComputed(() =>
    wallClockText(player.timeline.value.startMs + player.position.value),
  )
  return (
    <p class="times">
      <span class="times-now" data-position>
        {now.value}
      </span>
      <span class="times-total"> / {total.value}</span>
      <span class="times-clock">
        <span class="hidden-text">{t('player.wallClock')} </span>
        {clock.value}
      </span>
    </p>
  )
}

function Rate({ player }: { player: Player }) {
  return (
    <label class="rate">
      <span class="hidden-text">{t('player.rate')}</span>
      <select
        class="rate-choice"
        title={t('player.rate')}
        value={String(player.rate.value)}
        onChange={({ currentTarget }) => player.setRate(Number(currentTarget.value))}
      >
        {RATES.map((rate) => (
          <option key={rate} value={String(rate)}>
            {`${rate} ×`}
          </option>
        ))}
      </select>
    </label>
  )
}

function Volume({ player }: { player: Player }) {
  return (
    <label class="volume" title={t('player.volume')}>
      <span class="hidden-text">{t('player.volume')}</span>
      <PlayerIcon name={player.volume.value === 0 ? 'mute' : 'sound'} />
      <input
        type="range"
        min="0"
        max="100"
        step="5"
        value={Math.round(player.volume.value * 100)}
        aria-valuetext={`${Math.round(player.volume.value * 100)} %`}
        onInput={({ currentTarget }) => player.setVolume(Number(currentTarget.value) / 100)}
      />
    </label>
  )
}

/** Copies a link to the present moment. Where that is not allowed, the address bar has it. */
function CopyLink({ data, player }: { data: RecordedData; player: Player }) {
  const [said, setSaid] = useState('')
  async function copy(): Promise<void> {
    const href = recordingHref(data.id, Math.round(player.position.value))
    const link = `${location.origin}/${href}`
    try {
      await navigator.clipboard.writeText(link)
      setSaid(t('player.copied'))
    } catch {
      replaceRoute(href)
      setSaid(t('player.copyFromBar'))
    }
  }
  return (
    <>
      <Control icon="link" name="player.copyLink" onClick={() => void copy()} />
      <span role="status" class={said ? 'copied' : 'hidden-text'}>
        {said}
      </span>
    </>
  )
}
