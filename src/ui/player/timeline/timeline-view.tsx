import { effect, useComputed, useSignalEffect } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import { language } from '../../i18n/texts.ts'
import { settings } from '../../live/settings.ts'
import { PlayerIcon } from '../player-icon.tsx'
import type { Player } from '../playing/player.ts'
import type { RecordedData } from '../playing/recorded-data.ts'
import { t } from '../texts/texts.ts'
import { drawTimeline, timelineHeight } from './draw-timeline.ts'
import { Peaks } from './peaks.ts'
import { TimelinePoints } from './timeline-points.tsx'
import { TimelineSlider } from './timeline-slider.tsx'
import { TimelineZoom } from './timeline-zoom.ts'
import { TrackHeads } from './track-heads.tsx'

/** The time line: what was recorded when, what happened, and where the player is. */
export function TimelineView({ data, player }: { data: RecordedData; player: Player }) {
  const [zoom] = useState(() => new TimelineZoom())
  const { value: timeline } = player.timeline
  return (
    <section class="timeline" aria-label={t('player.timeline')}>
      <div class="timeline-head">
        <label class="timeline-skip">
          <input
            type="checkbox"
            checked={player.skipsPauses.value}
            onChange={({ currentTarget }) => {
              player.skipsPauses.value = currentTarget.checked
            }}
          />
          {t('player.skipPauses')}
        </label>
        <div class="timeline-zoom">
          <ZoomButton zoom={zoom} direction={-1} />
          <ZoomButton zoom={zoom} direction={1} />
        </div>
      </div>
      <div class="timeline-body">
        <TrackHeads player={player} tracks={timeline.tracks} />
        <Scroller data={data} player={player} zoom={zoom} />
      </div>
    </section>
  )
}

function ZoomButton({ zoom, direction }: { zoom: TimelineZoom; direction: 1 | -1 }) {
  const isIn = direction === 1
  const name = t(isIn ? 'player.zoomIn' : 'player.zoomOut')
  return (
    <button
      type="button"
      class="control"
      aria-label={name}
      title={name}
      disabled={isIn ? !zoom.canGrow.value : !zoom.canShrink.value}
      onClick={() => zoom.change(direction)}
    >
      <PlayerIcon name={isIn ? 'zoomIn' : 'zoomOut'} />
    </button>
  )
}

function Scroller({
  data,
  player,
  zoom,
}: {
  data: RecordedData
  player: Player
  zoom: TimelineZoom
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const peaks = usePeaks(data)
  useWidth(scroller, zoom)
  useFollowedPosition(scroller, player, zoom)
  const contentWidth = useComputed(() => Math.floor(zoom.width.value * zoom.factor.value)).value
  const height = timelineHeight(player.timeline.value.tracks)
  return (
    <div class="timeline-scroller" ref={scroller}>
      <div class="timeline-content" style={{ width: `${contentWidth}px` }}>
        <TimelinePoints data={data} player={player} zoom={zoom} />
        <div class="timeline-lanes" style={{ height: `${height}px` }}>
          {peaks && <Lanes player={player} peaks={peaks} zoom={zoom} scroller={scroller} />}
          <TimelineSlider player={player} zoom={zoom} />
        </div>
        <div class="playhead" aria-hidden="true" />
      </div>
    </div>
  )
}

function Lanes({
  player,
  peaks,
  zoom,
  scroller,
}: {
  player: Player
  peaks: Peaks
  zoom: TimelineZoom
  scroller: { current: HTMLDivElement | null }
}) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useSignalEffect(() => {
    // Everything that changes the picture, beside what is read below.
    peaks.version.value
    language.value
    settings.value
    const { value: timeline } = player.timeline
    const { value: scale } = zoom.scale
    const { value: width } = zoom.width
    const draw = (): void => {
      const fromMs = scale > 0 ? (scroller.current?.scrollLeft ?? 0) / scale : 0
      if (canvas.current && width > 0)
        drawTimeline(canvas.current, timeline, peaks, { fromMs, scale, width })
    }
    // The content has its new width only after this.
    const frame = requestAnimationFrame(draw)
    const element = scroller.current
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    element?.addEventListener('scroll', draw)
    scheme.addEventListener('change', draw)
    return () => {
      cancelAnimationFrame(frame)
      element?.removeEventListener('scroll', draw)
      scheme.removeEventListener('change', draw)
    }
  })
  return <canvas class="timeline-canvas" ref={canvas} />
}

function usePeaks(data: RecordedData): Peaks | null {
  const [peaks, setPeaks] = useState<Peaks | null>(null)
  useEffect(() => {
    const created = new Peaks(data.id)
    setPeaks(created)
    const endLoading = effect(() => created.load(data.segments.value))
    return () => {
      endLoading()
      created.close()
    }
  }, [data])
  return peaks
}

function useWidth(scroller: { current: HTMLDivElement | null }, zoom: TimelineZoom): void {
  useEffect(() => {
    const { current: element } = scroller
    if (element === null) return
    const observer = new ResizeObserver(() => {
      zoom.width.value = element.clientWidth
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [scroller, zoom])
}

/** Moves the line of the position, and the view with it while it plays. */
function useFollowedPosition(
  scroller: { current: HTMLDivElement | null },
  player: Player,
  zoom: TimelineZoom,
): void {
  // Not useSignalEffect, which waits for the next picture.
  useEffect(() => {
    const endLength = effect(() => {
      zoom.durationMs.value = player.timeline.value.durationMs
    })
    const endPosition = effect(() => showPosition(scroller.current, player, zoom.scale.value))
    return () => {
      endLength()
      endPosition()
    }
  }, [scroller, player, zoom])
  // A closer view keeps the position where one looks at.
  useSignalEffect(() => {
    const { value: scale } = zoom.scale
    const { current: element } = scroller
    requestAnimationFrame(() => {
      if (element) element.scrollLeft = player.position.peek() * scale - element.clientWidth / 2
    })
  })
}

function showPosition(element: HTMLDivElement | null, player: Player, scale: number): void {
  const { value: positionMs } = player.position
  if (element === null) return
  element.style.setProperty('--position', String(positionMs))
  element.style.setProperty('--scale', String(scale))
  if (!player.playing.value) return
  const x = positionMs * scale
  const isVisible = x >= element.scrollLeft && x <= element.scrollLeft + element.clientWidth
  if (!isVisible) element.scrollLeft = x - element.clientWidth / 10
}
