import type { Chart, ChartEdge, ChartInitial, ChartNode } from '../../src/contract/chart.ts'
import { nodeLines } from '../setup/chart-text.mjs'

/** Light and dark pictures have their own ground, so that any page around them fits. */
const STYLE = `
.ground{fill:#fff}
.state{fill:#fff;stroke:#57606a;stroke-width:1.25}
.compound{fill:#f3f5f8}
.final{stroke-width:2.5}
.name{font-size:14px;font-weight:600;fill:#1f2328}
.line{font-size:12px;fill:#59636e}
.arrow{fill:none;stroke:#3b6fb6;stroke-width:1.25}
.tip{fill:#3b6fb6}
.label{font-size:12px;fill:#1a57a8;text-anchor:middle}
.mark{fill:#57606a}
text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Helvetica,Arial,sans-serif}
@media (prefers-color-scheme:dark){
.ground{fill:#0d1117}
.state{fill:#161b22;stroke:#8b949e}
.compound{fill:#11161d}
.name{fill:#f0f6fc}
.line{fill:#a8b1bb}
.arrow{stroke:#6ea8fe}
.tip{fill:#6ea8fe}
.label{fill:#9cc4ff}
.mark{fill:#8b949e}
}`.trim()

const CORNER = 6
const MARK_RADIUS = 5
/** How far a text's baseline is below its top. */
const LABEL_BASELINE = 12

/** Draws a chart as an SVG file for docs/. The same chart gives the same file. */
export function drawChart(chart: Chart): string {
  const { machine, width, height } = chart
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
      `width="${width}" height="${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">The ${machine} machine</title>`,
    `<desc id="desc">${escaped(describe(chart))}</desc>`,
    `<style>${STYLE}</style>`,
    `<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" ` +
      'orient="auto-start-reverse" markerUnits="userSpaceOnUse">' +
      '<path class="tip" d="M0 0.5 8 4 0 7.5z"/></marker></defs>',
    `<rect class="ground" width="${width}" height="${height}" rx="10"/>`,
    ...chart.nodes.map((node) => drawNode(node, chart.text)),
    ...chart.initials.map(drawInitial),
    ...chart.edges.map((edge) => drawArrow(edge.points)),
    ...drawLabels(chart),
    '</svg>',
  ].join('\n')}\n`
}

function drawNode(node: ChartNode, text: Chart['text']): string {
  const { x, y, width, height, kind, name } = node
  const lines = nodeLines(node).map(
    (line, i) =>
      `<text class="line" x="${x + text.inset}" y="${y + text.first + i * text.line}">` +
      `${escaped(line)}</text>`,
  )
  return [
    `<rect class="state ${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>`,
    `<text class="name" x="${x + text.inset}" y="${y + text.title}">${escaped(name)}</text>`,
    ...lines,
  ].join('\n')
}

function drawInitial({ x, y, points }: ChartInitial): string {
  return `<circle class="mark" cx="${x}" cy="${y}" r="${MARK_RADIUS}"/>\n${drawArrow(points)}`
}

function drawArrow(points: ChartEdge['points']): string {
  return `<path class="arrow" marker-end="url(#tip)" d="${roundedPath(points)}"/>`
}

/** A line with round corners. */
function roundedPath(points: ChartEdge['points']): string {
  const parts = points.map(([x, y], i) => {
    const before = points[i - 1]
    const after = points[i + 1]
    if (before === undefined) return `M${x} ${y}`
    if (after === undefined) return `L${x} ${y}`
    const [fromX, fromY] = towards([x, y], before)
    const [toX, toY] = towards([x, y], after)
    return `L${fromX} ${fromY}Q${x} ${y} ${toX} ${toY}`
  })
  return parts.join('')
}

/** The point where the corner begins, on the way from it to a neighbour. */
function towards([x, y]: [number, number], [toX, toY]: [number, number]): [number, number] {
  const length = Math.hypot(toX - x, toY - y)
  const part = length === 0 ? 0 : Math.min(CORNER, length / 2) / length
  const round = (value: number): number => Math.round(value * 10) / 10
  return [round(x + (toX - x) * part), round(y + (toY - y) * part)]
}

/** Arrows that arrive together share their label: it is drawn once. */
function drawLabels({ edges, text }: Chart): string[] {
  const drawn = edges.flatMap(({ label: { x, y, lines } }) =>
    lines.map((line, i) => {
      const baseline = y + LABEL_BASELINE + i * text.labelLine
      return `<text class="label" x="${x}" y="${baseline}">${escaped(line)}</text>`
    }),
  )
  return [...new Set(drawn)]
}

/** The chart in words, for people who do not see it. */
function describe({ initials, nodes, edges }: Chart): string {
  const first = initials.find(({ parent }) => parent === '')
  const ways = edges.map(({ from, to, events }) => `${from} to ${to} by ${events.join(' or ')}`)
  const names = nodes.map(({ id }) => id).join(', ')
  return `States: ${names}. It begins in ${first?.to}. Transitions: ${ways.join('; ')}.`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
