import type { Chart, ChartNode } from '../../../contract/chart.ts'

function stateAt(y: number, name: string, kind: ChartNode['kind']): ChartNode {
  const size = { x: 20, y, width: 92, height: 30 }
  return { id: name, name, parent: '', kind, ...size, invoke: [], permits: [], stays: [] }
}

/** A chart with two states. */
export const CHART: Chart = {
  machine: 'track',
  version: 1,
  ...{ width: 132, height: 200 },
  text: { inset: 12, title: 20, first: 44, line: 18, labelLine: 16 },
  ...{ invoke: ['capture'], permits: [], stays: [] },
  initials: [
    {
      parent: '',
      to: 'stopping',
      x: 66,
      y: 26,
      points: [
        [66, 32],
        [66, 62],
      ],
    },
  ],
  nodes: [
    {
      ...stateAt(62, 'stopping', 'initial'),
      height: 56,
      permits: [{ command: 'track.start', guard: null }],
    },
    stateAt(150, 'stopped', 'final'),
  ],
  edges: [
    {
      ...{ id: 'stopping→stopped', from: 'stopping', to: 'stopped' },
      ...{ events: ['track.stopped'], guard: null },
      points: [
        [66, 118],
        [66, 150],
      ],
      label: { x: 98, y: 126, lines: ['stopped'] },
    },
  ],
}
