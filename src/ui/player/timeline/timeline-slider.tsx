import { useComputed } from '@preact/signals'
import { itemAt } from '../playing/play-timeline.ts'
import type { Player } from '../playing/player.ts'
import { t } from '../texts/texts.ts'
import { positionText } from '../time-text.ts'
import type { TimelineZoom } from './timeline-zoom.ts'

const PAGE_MS = 60_000
/** A slider that changes every second would keep a screen reader talking. */
const SPOKEN_EVERY_S = 10

/** The position as a slider: by mouse, finger and keyboard. */
export function TimelineSlider({ player, zoom }: { player: Player; zoom: TimelineZoom }) {
  const seconds = useComputed(() => {
    const whole = Math.floor(player.position.value / 1_000)
    return player.playing.value ? whole - (whole % SPOKEN_EVERY_S) : whole
  }).value
  const { durationMs, silences } = player.timeline.value
  const silence = itemAt(silences, seconds * 1_000)
  const text = t('player.position', {
    now: positionText(seconds * 1_000),
    total: positionText(durationMs),
  })
  const seekTo = (event: MouseEvent): void => {
    const { left } = (event.currentTarget as HTMLElement).getBoundingClientRect()
    player.seek((event.clientX - left) / zoom.scale.value)
  }
  return (
    <div
      class="timeline-slider"
      role="slider"
      tabIndex={0}
      aria-label={t('player.timeline')}
      aria-valuemin={0}
      aria-valuemax={Math.floor(durationMs / 1_000)}
      aria-valuenow={seconds}
      aria-valuetext={silence ? `${text}, ${t(`player.gap.${silence.reason}`)}` : text}
      onKeyDown={(event) => onKey(event, player)}
      // A finger scrolls; its tap is a click.
      onClick={seekTo}
      onPointerDown={(event) => {
        if (event.pointerType !== 'touch' && event.button === 0)
          event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) seekTo(event)
      }}
    />
  )
}

function onKey(event: KeyboardEvent, player: Player): void {
  const { value: positionMs } = player.position
  const to: Record<string, number> = {
    Home: 0,
    End: player.timeline.value.durationMs,
    PageUp: positionMs + PAGE_MS,
    PageDown: positionMs - PAGE_MS,
  }
  const ms = to[event.key]
  if (ms === undefined) return
  player.seek(ms)
  event.preventDefault()
}
