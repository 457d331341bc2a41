import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { backEdgesOf, chartContent } from './chart-content.mjs'
import { edgeLines, labelOf, nodeSize, TEXT } from './chart-text.mjs'

const MARK = 12

const SPACING = {
  'elk.layered.spacing.nodeNodeBetweenLayers': 30,
  'elk.layered.spacing.edgeEdgeBetweenLayers': 12,
  'elk.layered.spacing.edgeNodeBetweenLayers': 14,
  'elk.spacing.edgeEdge': 12,
  'elk.spacing.edgeNode': 16,
}

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.padding': '[top=20,left=20,bottom=20,right=20]',
  'elk.layered.cycleBreaking.strategy': 'DEPTH_FIRST',
  'elk.layered.thoroughness': 60,
  // ELK fails when inner states have this one, too.
  'elk.layered.considerModelOrder.strategy': 'PREFER_NODES',
  'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
  ...SPACING,
}

/** Writes the charts of all kept definitions, `<machine>-v<version>.json`. Lists their paths. */
export async function writeCharts({ definitionOf, MACHINES_VERSION }, commands, folder) {
  mkdirSync(folder, { recursive: true })
  const paths = []
  for (let version = 1; version <= MACHINES_VERSION; version += 1) {
    for (const machine of ['control', 'session', 'track']) {
      const chart = await layoutChart(machine, version, definitionOf(machine, version), commands)
      const path = join(folder, `${machine}-v${version}.json`)
      writeFileSync(path, JSON.stringify(chart))
      paths.push(path)
    }
  }
  return paths
}

/**
 * Lays out the chart of a machine's definition (`src/contract/chart.ts`), from top to bottom. The
 * same definition gives the same chart. `commands` are the names of all commands.
 */
export async function layoutChart(machine, version, definition, commands) {
  // Loaded here, because setup runs before the packages are installed.
  const { default: Elk } = await import('elkjs/lib/elk.bundled.js')
  const content = withPorts(chartContent(definition, commands))
  const { boxes, lines } = placesOf(await new Elk().layout(graphOf(content)))
  const { width, height } = boxes.get('')
  return {
    machine,
    version,
    width,
    height,
    text: TEXT,
    ...content.root,
    initials: content.initials.map((initial) => {
      const { x, y } = boxes.get(markOf(initial))
      const points = lines.get(markOf(initial)).points
      return { ...initial, x: x + MARK / 2, y: y + MARK / 2, points }
    }),
    nodes: content.nodes.map((node) => ({ ...node, ...boxes.get(node.id) })),
    edges: content.edges.map(({ port, isBack, isShared, ...edge }) => {
      const { points, label = boxes.get(port) } = lines.get(edge.id)
      const x = Math.round(label.x + label.width / 2)
      return { ...edge, points, label: { x, y: label.y, lines: edgeLines(edge) } }
    }),
  }
}

const markOf = ({ parent }) => `*${parent}`

/**
 * Adds where the edges arrive. Those with equal texts arrive at the same port, so that they share
 * lines and a label. Edges that lead back come from the other end.
 */
function withPorts(content) {
  const back = backEdgesOf(content)
  const edges = content.edges.map((edge) => {
    const isBack = back.has(edge.id)
    const port = `${[...edge.events, edge.guard].join()}${isBack ? '↑' : '↓'}${edge.to}`
    return { ...edge, isBack, port }
  })
  const isShared = ({ port }) => edges.filter((edge) => edge.port === port).length > 1
  return { ...content, edges: edges.map((edge) => ({ ...edge, isShared: isShared(edge) })) }
}

function graphOf(content) {
  const arrows = content.edges.map((edge) => ({
    id: edge.id,
    sources: [edge.from],
    targets: [edge.port],
    labels: edge.isShared ? [] : [labelOf(edge)],
    layoutOptions: { 'elk.layered.priority.direction': edge.isBack ? 0 : 10 },
  }))
  const marks = content.initials.map((initial) => ({
    id: markOf(initial),
    sources: [markOf(initial)],
    targets: [initial.to],
  }))
  return {
    id: '',
    layoutOptions: OPTIONS,
    children: childrenOf('', content),
    edges: [...marks, ...arrows],
  }
}

function childrenOf(parent, content) {
  const marks = content.initials
    .filter((initial) => initial.parent === parent)
    .map((initial) => ({ id: markOf(initial), width: MARK, height: MARK }))
  const states = content.nodes.filter((node) => node.parent === parent)
  return [...marks, ...states.map((node) => boxOf(node, content))]
}

function boxOf(node, content) {
  const { width, height } = nodeSize(node)
  const arriving = content.edges.filter(({ to }) => to === node.id)
  const ports = new Map(
    arriving.map((edge) => [
      edge.port,
      { id: edge.port, labels: edge.isShared ? [labelOf(edge)] : [] },
    ]),
  )
  const box = { id: node.id, ports: [...ports.values()] }
  const layoutOptions = {
    'elk.portLabels.placement': 'OUTSIDE ALWAYS_SAME_SIDE',
    'elk.nodeSize.constraints': 'MINIMUM_SIZE PORTS PORT_LABELS',
    'elk.nodeSize.minimum': `(${width},${height})`,
  }
  if (node.kind !== 'compound') return { ...box, width, height, layoutOptions }
  return {
    ...box,
    children: childrenOf(node.id, content),
    layoutOptions: {
      ...layoutOptions,
      ...SPACING,
      'elk.padding': `[top=${height + 4},left=20,bottom=20,right=20]`,
    },
  }
}

/** Collects where boxes, labels of ports and lines are, in whole units. */
function placesOf(graph) {
  const boxes = new Map()
  const visit = (box) => {
    boxes.set(box.id, rounded(box))
    for (const { id, labels } of box.ports ?? [])
      if (labels.length > 0) boxes.set(id, rounded(labels[0]))
    for (const inner of box.children ?? []) visit(inner)
  }
  visit(graph)
  const lines = new Map(
    graph.edges.map(({ id, sections: [section], labels = [] }) => [
      id,
      { points: pointsOf(section), ...(labels.length > 0 && { label: rounded(labels[0]) }) },
    ]),
  )
  return { boxes, lines }
}

const rounded = ({ x, y, width, height }) => ({
  x: Math.round(x),
  y: Math.round(y),
  width: Math.round(width),
  height: Math.round(height),
})

function pointsOf({ startPoint, bendPoints = [], endPoint }) {
  return [startPoint, ...bendPoints, endPoint].map(({ x, y }) => [Math.round(x), Math.round(y)])
}
