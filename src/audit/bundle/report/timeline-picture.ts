import type { Formats } from './formats.ts'
import { type Html, html, visible } from './html.ts'
import { clusterMarks, type MarkLane } from './mark-lanes.ts'
import type { Mark, ReportModel, ReportTrack } from './report-model.ts'
import type { ReportTexts } from './texts.ts'

const WIDTH = 1_000
const LABELS = 132
const AFTERWARDS = 96
const RIGHT = 14
const ROW = 34
const ROW_STEP = 42
const LANE = 26
const SHORTEST_LABELLED = 64
/** Where items are narrower than this, neighbours would hide each other: they are drawn wider. */
const NARROWEST = 1
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200]
const MOST_TICKS = 9

/** Where things are in the picture. */
interface Scale {
  x(ms: number): number
  right: number
}

/** Draws the time line of a recording as SVG: tracks with their gaps, and the marks above them. */
export function timelinePicture(model: ReportModel, texts: ReportTexts, formats: Formats): Html {
  const isAfter = (mark: Mark): boolean => mark.atMs > model.pictureMs
  const after = model.marks.filter(isAfter)
  const right = WIDTH - RIGHT - (after.length > 0 ? AFTERWARDS : 0)
  const perMs = (right - LABELS) / Math.max(1, model.pictureMs)
  const scale: Scale = { x: (ms) => LABELS + ms * perMs, right }
  const lanes = clusterMarks(model.marks, right, (mark) =>
    isAfter(mark) ? null : scale.x(mark.atMs),
  )
  const rowsAt = 12 + LANE * lanes.length
  const axisAt = rowsAt + ROW_STEP * model.tracks.length + 4
  const height = axisAt + 44
  return html`<svg class="timeline" viewBox="0 0 ${WIDTH} ${height}" role="img"
 aria-label="${texts.picture.label(formats.length(model.lengthMs))}">
${PATTERNS}
${lanes.map((lane, at) => markLane(lane, 12 + LANE * at, scale, texts))}
${model.tracks.map((track, at) => trackRow(track, rowsAt + ROW_STEP * at, scale, texts, formats))}
${axis(model, axisAt, scale, formats)}
${after.length === 0 ? null : afterwards(after, { top: rowsAt, bottom: axisAt }, scale, texts)}
</svg>`
}

const PATTERNS = html`<defs>
<pattern id="wanted" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="gap" width="7" height="7"/><rect class="gap-line" width="2" height="7"/></pattern>
<pattern id="unwanted" width="8" height="8" patternUnits="userSpaceOnUse"><rect class="bad-gap" width="8" height="8"/><path class="bad-line" d="M0 0L8 8M8 0L0 8"/></pattern>
</defs>`

const UNWANTED = new Set(['deviceLost', 'captureFailed', 'interrupted', 'storageFull'])

function trackRow(
  { medium, items, recordedMs }: ReportTrack,
  y: number,
  { x }: Scale,
  texts: ReportTexts,
  formats: Formats,
): Html {
  return html`<g><text class="row-name" x="0" y="${y + 16}">${texts.media[medium]}</text>
<text class="row-note" x="0" y="${y + 31}">${formats.length(recordedMs)}</text>
${items.map(({ fromMs, toMs, gap }) => {
  const [from, width] = [x(fromMs), Math.max(NARROWEST, x(toMs) - x(fromMs))]
  const what = gap === null ? texts.picture.recorded : texts.gaps[gap]
  const times = `${formats.elapsed(fromMs)}–${formats.elapsed(toMs)}`
  const fill = gap === null ? `fill-${medium}` : UNWANTED.has(gap) ? 'fill-unwanted' : 'fill-wanted'
  const label = gap !== null && width >= SHORTEST_LABELLED ? gapLabel(what, from, width, y) : null
  return html`<g><title>${what}, ${times}</title><rect class="${fill}" x="${round(from)}" y="${y}" width="${round(width)}" height="${ROW}" rx="${width > 8 ? 3 : 0}"/>${label}</g>
`
})}</g>`
}

function gapLabel(text: string, from: number, width: number, y: number): Html {
  const middle = round(from + width / 2)
  const half = Math.min(width / 2 - 3, 3.6 * text.length + 5)
  if (7.2 * text.length > width - 6) return html``
  return html`<rect class="label-ground" x="${round(middle - half)}" y="${y + 8}" width="${round(2 * half)}" height="18" rx="9"/><text class="gap-label" x="${middle}" y="${y + 21}">${text}</text>`
}

function markLane(
  { kind, clusters }: MarkLane,
  y: number,
  { right }: Scale,
  texts: ReportTexts,
): Html {
  const middle = y + LANE / 2 - 2
  return html`<g><text class="lane-name" x="0" y="${middle + 4}">${texts.picture.lanes[kind]}</text>
<line class="lane" x1="${LABELS}" x2="${right}" y1="${middle}" y2="${middle}"/>
${clusters.map(({ x: at, marks, room, isLeft }) => {
  const first = marks[0]!
  const names = marks.map((mark) => texts.markName(mark)).join(', ')
  const colour = colourOf(marks)
  const label = marks.length > 1 ? `${marks.length} ×` : visible(texts.markName(first))
  const shown = fit(label, room - 24)
  return html`<g><title>${visible(names.slice(0, 500))}</title>${shape(kind, colour, round(at), middle)}${shown && html`<text class="mark-label${isLeft ? ' left' : ''}" x="${round(at + (isLeft ? -12 : 12))}" y="${middle + 4}">${shown}</text>`}</g>
`
})}</g>`
}

/** Returns the class of a mark's colour: that of a marker, or `refused` for refused consent. */
function colourOf(marks: readonly Mark[]): string {
  const last = marks.at(-1)!
  if (last.kind === 'consent') return last.label === 'granted' ? 'plain' : 'refused'
  return (marks.length === 1 && last.colour) || 'plain'
}

/** Returns a label that has room; null when not even its beginning has. */
function fit(label: string, room: number): string | null {
  const most = Math.floor(room / 6.4)
  if (label.length <= most) return label
  return most >= 6 ? `${label.slice(0, most - 1)}…` : null
}

function shape(kind: Mark['kind'], colour: string, x: number, y: number): Html {
  if (kind === 'refusal')
    return html`<path class="mark-bad" d="M${x - 5} ${y - 5}l10 10m0 -10l-10 10"/>`
  if (kind === 'warning') return html`<path class="mark-warning" d="M${x} ${y - 7}l7 12h-14z"/>`
  if (kind === 'marker')
    return html`<path class="mark-flag ${colour}" d="M${x - 4} ${y + 7}v-14h11l-3.5 4 3.5 4h-11"/>`
  if (kind === 'access')
    return html`<path class="mark-eye" d="M${x - 8} ${y}q8 -9 16 0q-8 9 -16 0"/><circle class="mark-pupil" cx="${x}" cy="${y}" r="2.4"/>`
  if (kind === 'consent')
    return html`<rect class="mark-consent ${colour}" x="${x - 5}" y="${y - 5}" width="10" height="10" rx="2"/>`
  return html`<path class="mark-tag" d="M${x} ${y - 6}l6 6l-6 6l-6 -6z"/>`
}

function axis(model: ReportModel, y: number, { x, right }: Scale, formats: Formats): Html {
  const lengthS = model.pictureMs / 1_000
  const step = STEPS_S.find((one) => lengthS / one <= MOST_TICKS) ?? 86_400
  const start = Date.parse(model.startedAt)
  const ticks: Html[] = []
  for (let at = 0; at <= lengthS; at += step) {
    const place = round(x(1_000 * at))
    if (place > right - 24 && at > 0) break
    const clock =
      step < 60 ? formats.time(start + 1_000 * at) : formats.shortTime(start + 1_000 * at)
    ticks.push(
      html`<line class="tick" x1="${place}" x2="${place}" y1="${y}" y2="${y + 6}"/><text class="tick-name" x="${place}" y="${y + 20}">${formats.elapsed(1_000 * at)}</text><text class="tick-note" x="${place}" y="${y + 34}">${clock}</text>`,
    )
  }
  return html`<line class="axis" x1="${LABELS}" x2="${right}" y1="${y}" y2="${y}"/>${ticks}`
}

/** Draws how much has happened after the recording. Only its order is shown, not its time. */
function afterwards(
  marks: readonly Mark[],
  { top, bottom }: { top: number; bottom: number },
  { right }: Scale,
  texts: ReportTexts,
): Html {
  const left = right + 16
  const kinds = [...new Set(marks.map(({ kind }) => kind))]
  return html`<g><line class="break" x1="${right + 7}" x2="${right + 7}" y1="${top}" y2="${bottom}"/>
<text class="lane-name" x="${left}" y="${top + 10}">${texts.picture.afterwards}</text>
${kinds.map((kind, at) => {
  const own = marks.filter((mark) => mark.kind === kind)
  const y = top + 30 + 24 * at
  const names = [...new Set(own.map((mark) => texts.markName(mark)))].join(', ')
  return html`<g><title>${visible(`${texts.picture.lanes[kind]}: ${names}`)}</title>${shape(kind, 'plain', left + 8, y)}<text class="mark-label" x="${left + 22}" y="${y + 4}">${own.length} ×</text></g>`
})}</g>`
}

const round = (value: number): number => Math.round(value * 100) / 100
