import type { Chart, ChartEdge, ChartNode } from '../../contract/chart.ts'
import type { MachineChange, MachineName, RefusalReason } from '../../contract/replay.ts'

const charts = new Map<string, Promise<Chart>>()
const loaded = new Map<string, Chart>()

const pathOf = (machine: MachineName, version: number) => `/charts/${machine}-v${version}.json`

/** Returns the chart of a machine in one version of its definition; null until it is loaded. */
export function loadedChart(machine: MachineName, version: number): Chart | null {
  return loaded.get(pathOf(machine, version)) ?? null
}

/** Begins to read the charts of all machines in one version. */
export function prepareCharts(version: number): void {
  // Whoever shows it learns of a problem.
  for (const machine of ['control', 'session', 'track'] as const)
    loadChart(machine, version).catch(() => {})
}

/** Reads the chart of a machine in one version of its definition, once. */
export function loadChart(machine: MachineName, version: number): Promise<Chart> {
  const path = pathOf(machine, version)
  let chart = charts.get(path)
  if (chart === undefined) {
    chart = fetch(path).then((response) => {
      if (!response.ok) throw new Error(`The recorder answered ${response.status}.`)
      return response.json() as Promise<Chart>
    })
    charts.set(path, chart)
    chart.then(
      (one) => loaded.set(path, one),
      // Another visit may try again.
      () => charts.delete(path),
    )
  }
  return chart
}

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
