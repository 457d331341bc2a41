import type { MachineName } from './replay.ts'

/** A place in a chart, in its units: pixels at scale 1. */
export interface ChartPoint {
  x: number
  y: number
}

/** A state of a chart. */
export interface ChartNode extends ChartPoint {
  /** The state's path, such as `heldByApi.capturing`. */
  id: string
  name: string
  /** The path of the state around it; empty: the machine itself. */
  parent: string
  /** `initial` is entered first and has no inner states; nothing leaves a `final` one. */
  kind: 'initial' | 'final' | 'compound' | 'atomic'
  width: number
  height: number
  /** The actors that live as long as the state is active. */
  invoke: string[]
  /** The commands that the state permits, each with the guard that must hold; null without one. */
  permits: { command: string; guard: string | null }[]
  /** The other events that do not leave the state. */
  stays: { event: string; guard: string | null; actions: string[] }[]
}

/** The transitions between two states that have the same guard: one arrow. */
export interface ChartEdge {
  id: string
  from: string
  to: string
  events: string[]
  guard: string | null
  /** The corners of the arrow; its tip is the last. */
  points: [x: number, y: number][]
  /**
   * The texts beside the arrow, one below the other. `x` is their middle, `y` the top of the first.
   * Arrows that arrive together have the same label in the same place.
   */
  label: ChartPoint & { lines: string[] }
}

/** The arrow to the state that is entered first. */
export interface ChartInitial extends ChartPoint {
  parent: string
  to: string
  points: [x: number, y: number][]
}

/** A machine as it is drawn. The build lays it out (`scripts/setup/layout-charts.mjs`). */
export interface Chart {
  machine: MachineName
  version: number
  width: number
  height: number
  /** Baselines below a state's top, distances of lines, and the inset of texts from the left. */
  text: { inset: number; title: number; first: number; line: number; labelLine: number }
  /** The machine's own actors and events, see {@link ChartNode}. */
  invoke: ChartNode['invoke']
  permits: ChartNode['permits']
  stays: ChartNode['stays']
  initials: ChartInitial[]
  /** An outer state comes before those inside it. */
  nodes: ChartNode[]
  edges: ChartEdge[]
}
