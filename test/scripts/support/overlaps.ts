import type { Chart, ChartEdge, ChartNode } from '../../../src/contract/chart.ts'

interface Box {
  name: string
  x: number
  y: number
  width: number
  height: number
}

type Line = [from: [number, number], to: [number, number]]

/** A narrow letter's width: a label is at least so wide for each of its letters. */
const LETTER = 5

/** Names everything in a chart that a person could not read: texts on each other or on lines. */
export function overlaps(chart: Chart): string[] {
  const labels = chart.edges.map((edge) => labelBox(edge, chart))
  const texts = [...unique(labels), ...chart.nodes.map((node) => textBox(node, chart))]
  const onTexts = texts.flatMap((text, i) =>
    texts
      .slice(i + 1)
      .filter((other) => isOver(text, other))
      .map((other) => `${text.name} lies on ${other.name}`),
  )
  const lines = [...chart.edges, ...chart.initials].flatMap(({ to, points }) =>
    points.slice(1).map((point, i) => ({ to, line: [points[i]!, point] as Line })),
  )
  const crossed = texts.flatMap((text) =>
    lines
      .filter(({ line }) => isOver(text, boxOf(line)))
      .map(({ to }) => `an arrow to ${to} crosses ${text.name}`),
  )
  const loose = chart.edges
    .filter(
      ({ from, to, points }) =>
        !touches(chart, from, points[0]!) || !touches(chart, to, points.at(-1)!),
    )
    .map(({ id }) => `${id} does not join its states`)
  return [...onTexts, ...crossed, ...loose]
}

function labelBox({ id, label: { x, y, lines } }: ChartEdge, { text }: Chart): Box {
  const width = Math.max(...lines.map((line) => line.length)) * LETTER
  return { name: `label ${id}`, x: x - width / 2, y, width, height: lines.length * text.labelLine }
}

/** A state's box above its inner states. */
function textBox(node: ChartNode, { text }: Chart): Box {
  if (node.kind !== 'compound') return { ...node, name: node.id }
  const lines = node.invoke.length + node.permits.length
  return { ...node, name: node.id, height: text.first + (lines - 1) * text.line }
}

/** Labels in the same place are one. */
function unique(boxes: readonly Box[]): Box[] {
  return [...new Map(boxes.map((box) => [`${box.x} ${box.y}`, box])).values()]
}

function boxOf([[fromX, fromY], [toX, toY]]: Line): Box {
  const [x, y] = [Math.min(fromX, toX), Math.min(fromY, toY)]
  return { name: 'line', x, y, width: Math.abs(fromX - toX), height: Math.abs(fromY - toY) }
}

/** Whether boxes share more than an edge. A line has no width, and may run along a state. */
function isOver(a: Box, b: Box): boolean {
  return a.x + a.width > b.x && b.x + b.width > a.x && a.y + a.height > b.y && b.y + b.height > a.y
}

/** Whether a point is on the border of a state, to a pixel. */
function touches({ nodes }: Chart, id: string, [x, y]: [number, number]): boolean {
  const node = nodes.find((one) => one.id === id)!
  const isBeside = (value: number, start: number, size: number): boolean =>
    Math.abs(value - start) <= 1 || Math.abs(value - start - size) <= 1
  const isAlong = (value: number, start: number, size: number): boolean =>
    value >= start - 1 && value <= start + size + 1
  return (
    isAlong(x, node.x, node.width) &&
    isAlong(y, node.y, node.height) &&
    (isBeside(x, node.x, node.width) || isBeside(y, node.y, node.height))
  )
}
