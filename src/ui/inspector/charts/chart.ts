import type { Chart, ChartEdge, ChartNode } from '../../../contract/chart.ts'
import type { MachineChange, RefusalReason } from '../../../contract/replay.ts'

/** Whether a state is active in a machine that is in the state `value`. */
export function isActive(id: string, value: string): boolean {
  return value === id || value.startsWith(`${id}.`)
}

/** Returns the transition that a change took; undefined when only the context changed. */
export function takenEdge(chart: Chart, change: MachineChange | undefined): ChartEdge | undefined {
  if (change === undefined) return undefined
  return chart.edges.find(
    ({ from, to, events }) =>
      events.includes(change.fact) && isActive(from, change.from) && isActive(to, change.to),
  )
}

/**
 * Returns the states that decide about a refused command: the innermost of the active ones that
 * knows it, or the innermost of all when none does.
 */
export function refusingNode(chart: Chart, refusal: RefusalReason): ChartNode | undefined {
  const { state, command } = refusal
  if (state === null) return undefined
  const active = chart.nodes
    .filter(({ id }) => isActive(id, state))
    .toSorted((a, b) => b.id.length - a.id.length)
  return active.find(({ permits }) => permits.some((one) => one.command === command)) ?? active[0]
}
