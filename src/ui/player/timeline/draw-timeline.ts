/**
 * Draws the time line: a ruler, the waveforms, the bar of the screen and the gaps. wavesurfer.js
 * draws one sound file. It cannot show segments with gaps between them on one line, and writes
 * markup with style elements, which the page's policy (Trusted Types, no inline styles) forbids.
 */
import type { MediaItem } from '../../../composition/plan/timeline.ts'
import type { Medium } from '../../../contract/media.ts'
import type { PlayGap, PlayTimeline, PlayTrack, SilenceReason } from '../playing/play-timeline.ts'
import { t } from '../texts/texts.ts'
import { positionText } from '../time-text.ts'
import { PEAK_MS, type Peaks } from './peaks.ts'

/** The heights of the parts, in pixels; player.css has the same. */
export const RULER_PX = 24
const LANE_PX: Record<Medium, number> = { mic: 60, speaker: 60, screen: 32 }
const LANE_GAP_PX = 8
const RULER_STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600]
const RULER_MIN_PX = 80

/** The stretch of the time line that is visible. */
export interface Visible {
  fromMs: number
  /** Pixels of a millisecond. */
  scale: number
  width: number
}

type Colours = (name: string) => string

/** Returns the height of a time line with these tracks, in pixels. */
export function timelineHeight(tracks: readonly PlayTrack[]): number {
  return tracks.reduce((y, { medium }) => y + LANE_PX[medium] + LANE_GAP_PX, RULER_PX)
}

/** Draws everything that is visible. */
export function drawTimeline(
  canvas: HTMLCanvasElement,
  timeline: PlayTimeline,
  peaks: Peaks,
  visible: Visible,
): void {
  const context = canvas.getContext('2d')
  if (context === null) return
  const ratio = devicePixelRatio
  const height = timelineHeight(timeline.tracks)
  canvas.width = Math.round(visible.width * ratio)
  canvas.height = Math.round(height * ratio)
  canvas.style.width = `${visible.width}px`
  context.scale(ratio, ratio)
  const style = getComputedStyle(canvas)
  const colours: Colours = (name) => style.getPropertyValue(`--${name}`)
  context.font = `12px ${style.fontFamily}`
  context.textBaseline = 'middle'
  drawRuler(context, timeline, visible, colours)
  let top = RULER_PX
  for (const track of timeline.tracks) {
    const lane: Lane = { context, colours, visible, top, height: LANE_PX[track.medium] }
    for (const item of track.media) drawMedia(lane, track.medium, item, peaks)
    for (const gap of track.gaps) drawGap(lane, gap)
    top += LANE_PX[track.medium] + LANE_GAP_PX
  }
}

interface Lane {
  context: CanvasRenderingContext2D
  colours: Colours
  visible: Visible
  top: number
  height: number
}

function drawRuler(
  context: CanvasRenderingContext2D,
  { durationMs }: PlayTimeline,
  { fromMs, scale, width }: Visible,
  colours: Colours,
): void {
  const step = RULER_STEPS_S.find((seconds) => seconds * 1_000 * scale >= RULER_MIN_PX) ?? 7_200
  const stepMs = step * 1_000
  context.fillStyle = colours('ink-soft')
  for (let ms = Math.floor(fromMs / stepMs) * stepMs; ms <= durationMs; ms += stepMs) {
    const x = Math.round((ms - fromMs) * scale)
    if (x > width) return
    context.fillRect(x, RULER_PX - 8, 1, 5)
    const text = positionText(ms)
    // The last number would stand over the edge.
    if (x + 6 + context.measureText(text).width <= width)
      context.fillText(text, x + 5, RULER_PX / 2)
  }
}

function drawMedia(lane: Lane, medium: Medium, item: MediaItem, peaks: Peaks): void {
  const { context, colours, top, height } = lane
  const edges = edgesOf(lane, item)
  if (edges === null) return
  const { left, right } = edges
  context.fillStyle = colours(medium === 'screen' ? 'idle' : 'sunken')
  roundRect(context, left, top, right - left, height)
  if (medium === 'screen') return
  context.fillStyle = colours(medium === 'mic' ? 'accent' : 'good')
  const values = peaks.of(item.segment)
  if (values === undefined) context.fillRect(left, top + height / 2 - 1, right - left, 2)
  else drawWave(lane, item, values, edges)
}

/** One column a pixel, as high as the loudest peak in it. */
function drawWave(
  { context, visible: { fromMs, scale }, top, height }: Lane,
  item: MediaItem,
  values: Uint8Array,
  { left, right }: { left: number; right: number },
): void {
  const middle = top + height / 2
  const half = height / 2 - 3
  for (let x = Math.floor(left); x < right; x++) {
    const ms = x / scale + fromMs - item.fromMs
    const first = Math.max(0, Math.floor(ms / PEAK_MS))
    const last = Math.max(first, Math.floor((ms + 1 / scale) / PEAK_MS) - 1)
    let peak = 0
    for (let at = first; at <= last; at++) peak = Math.max(peak, values[at] ?? 0)
    const size = Math.max(0.75, (peak / 255) * half)
    context.fillRect(x, middle - size, 1, size * 2)
  }
}

const GAP_COLOURS: Record<SilenceReason, readonly [ground: string, ink: string]> = {
  paused: ['paused-soft', 'paused'],
  notStarted: ['ground', 'ink-soft'],
  stopped: ['ground', 'ink-soft'],
  suspended: ['wrap-up-soft', 'wrap-up'],
  locked: ['wrap-up-soft', 'wrap-up'],
  deviceLost: ['bad-soft', 'bad'],
  captureFailed: ['bad-soft', 'bad'],
  interrupted: ['bad-soft', 'bad'],
  storageFull: ['bad-soft', 'bad'],
  open: ['recording-soft', 'bad'],
}
const HATCH_PX = 8

function drawGap(lane: Lane, gap: PlayGap): void {
  const { context, colours, top, height } = lane
  const edges = edgesOf(lane, gap)
  if (edges === null) return
  const { left, right } = edges
  const [ground, ink] = GAP_COLOURS[gap.reason]
  context.save()
  context.fillStyle = colours(ground)
  roundRect(context, left, top, right - left, height)
  context.clip()
  context.strokeStyle = colours(ink)
  context.globalAlpha = 0.28
  context.beginPath()
  // Lines begin at multiples, so that they stand still while the view scrolls within a lane.
  for (let x = left - height; x < right; x += HATCH_PX) {
    context.moveTo(x, top + height)
    context.lineTo(x + height, top)
  }
  context.stroke()
  context.globalAlpha = 1
  drawLabel(context, t(`player.gap.${gap.reason}`), edges, top + height / 2, [
    colours(ground),
    colours(ink),
  ])
  context.restore()
}

function drawLabel(
  context: CanvasRenderingContext2D,
  text: string,
  { left, right }: { left: number; right: number },
  y: number,
  [ground, ink]: [string, string],
): void {
  const width = context.measureText(text).width
  if (width + 20 > right - left) return
  const x = (left + right - width) / 2
  context.fillStyle = ground
  context.fillRect(x - 6, y - 9, width + 12, 18)
  context.fillStyle = ink
  context.fillText(text, x, y + 0.5)
}

function edgesOf(
  { visible: { fromMs, scale, width } }: Lane,
  item: { fromMs: number; toMs: number },
): { left: number; right: number } | null {
  const left = Math.max(-10, (item.fromMs - fromMs) * scale)
  const right = Math.min(width + 10, (item.toMs - fromMs) * scale)
  return right - left < 0.5 || right < 0 || left > width ? null : { left, right }
}

function roundRect(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  context.beginPath()
  context.roundRect(x, y, width, height, Math.min(4, width / 2))
  context.fill()
}
