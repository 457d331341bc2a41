import { useEffect, useRef } from 'preact/hooks'
import type { Chart, ChartEdge, ChartNode } from '../../../contract/chart.ts'
import { ALLOWED_COMMAND_OF, type MachineCommandName } from '../../../contract/commands.ts'
import type { MachineChange, MachineState, RefusalReason } from '../../../contract/replay.ts'
import { hasText, t } from '../texts/texts.ts'
import { isActive, refusingNode, takenEdge } from './chart.ts'
import { roundedPath } from './rounded-path.ts'

interface Props {
  chart: Chart
  title: string
  state: MachineState
  change: MachineChange | undefined
  refusal: RefusalReason | null
}

/** Draws a machine: lit where it is, with the transition that it has just taken. */
export function ChartView({ chart, title, state, change, refusal }: Props) {
  const scroller = useRef<HTMLElement>(null)
  const taken = takenEdge(chart, change)
  const refusing = refusal === null ? undefined : refusingNode(chart, refusal)
  useEffect(() => {
    const active = scroller.current?.querySelector('.node-leaf')
    if (scroller.current && active) showWithin(scroller.current, active)
  }, [chart, state.value])
  const width = chart.width
  return (
    // It scrolls where the window is narrow, and must be reachable by keyboard then.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above.
    <section ref={scroller} class="chart-scroller" tabIndex={0} aria-label={title}>
      <svg
        class="chart"
        viewBox={`0 0 ${width} ${chart.height}`}
        style={{
          minWidth: `${Math.round(width * 0.72)}px`,
          maxWidth: `${Math.round(width * 1.15)}px`,
        }}
        role="img"
        aria-label={title}
      >
        {chart.nodes.map((node) => (
          <Node
            key={node.id}
            node={node}
            text={chart.text}
            value={state.value}
            isLeft={change !== undefined && change.from !== change.to && change.from === node.id}
            refused={node === refusing ? (refusal?.command ?? null) : null}
          />
        ))}
        {chart.initials.map(({ to, x, y, points }) => (
          <g key={to} class="initial">
            <circle cx={x} cy={y} r="5" />
            <path d={roundedPath(points)} class="edge-line" />
            <Arrow points={points} />
          </g>
        ))}
        {chart.edges.map(
          (edge) => edge !== taken && <Edge key={edge.id} edge={edge} text={chart.text} />,
        )}
        {taken && <Edge key={taken.id} edge={taken} text={chart.text} fact={change?.fact} />}
      </svg>
    </section>
  )
}

function Node({
  node,
  text,
  value,
  isLeft,
  refused,
}: {
  node: ChartNode
  text: Chart['text']
  value: string
  isLeft: boolean
  refused: string | null
}) {
  const { id, x, y, width, height, name, kind, invoke, permits } = node
  const lit = isActive(id, value) ? (id === value ? 'node-on node-leaf' : 'node-on') : ''
  const classes = `node node-${kind} ${lit} ${isLeft ? 'node-left' : ''} ${refused ? 'node-refused' : ''}`
  return (
    <g class={classes} data-node={id} data-active={lit !== ''}>
      <rect x={x} y={y} width={width} height={height} rx="8" />
      {kind === 'final' && (
        <rect x={x + 3} y={y + 3} width={width - 6} height={height - 6} rx="6" class="node-inner" />
      )}
      <text x={x + text.inset} y={y + text.title} class="node-name">
        {name}
      </text>
      {invoke.map((actor, line) => (
        <text
          key={actor}
          x={x + text.inset}
          y={y + text.first + line * text.line}
          class="node-actor"
        >
          {t('inspector.chart.runs', { actor })}
        </text>
      ))}
      {permits.map((permit, line) => (
        <text
          key={permit.command}
          x={x + text.inset}
          y={y + text.first + (invoke.length + line) * text.line}
          class={permit.command === refused ? 'node-permit node-permit-refused' : 'node-permit'}
        >
          {permit.command === refused ? '✗ ' : ''}
          {permitText(permit)}
        </text>
      ))}
    </g>
  )
}

function permitText({ command, guard }: ChartNode['permits'][number]): string {
  const name = ALLOWED_COMMAND_OF[command as MachineCommandName] ?? command
  if (guard === null) return name
  const key = `inspector.chart.guard.${guard}`
  return `${name} · ${hasText(key) ? t(key) : guard}`
}

function Edge({
  edge,
  text,
  fact,
}: {
  edge: ChartEdge
  text: Chart['text']
  fact?: string | undefined
}) {
  const { points, label, events } = edge
  return (
    <g class={fact === undefined ? 'edge' : 'edge edge-taken'} data-edge={edge.id}>
      <path d={roundedPath(points)} class="edge-line" />
      <Arrow points={points} />
      {label.lines.map((line, at) => (
        <text
          key={line}
          x={label.x}
          y={label.y + 12 + at * text.labelLine}
          class={
            fact !== undefined && events[at] === fact ? 'edge-text edge-text-taken' : 'edge-text'
          }
        >
          {line}
        </text>
      ))}
    </g>
  )
}

function Arrow({ points }: { points: ChartEdge['points'] }) {
  const end = points.at(-1)
  const before = points.at(-2)
  if (end === undefined || before === undefined) return null
  const degrees = (Math.atan2(end[1] - before[1], end[0] - before[0]) * 180) / Math.PI
  return (
    <path
      d="M0 0 L-9 -4.5 L-9 4.5 Z"
      class="edge-arrow"
      transform={`translate(${end[0]} ${end[1]}) rotate(${degrees})`}
    />
  )
}

/** Scrolls a chart, never the page. */
function showWithin(scroller: HTMLElement, active: Element): void {
  const outer = scroller.getBoundingClientRect()
  const inner = active.getBoundingClientRect()
  if (inner.left < outer.left || inner.right > outer.right)
    scroller.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2
  if (inner.top < outer.top || inner.bottom > outer.bottom)
    scroller.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2
}
