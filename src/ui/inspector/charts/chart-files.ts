import type { Chart } from '../../../contract/chart.ts'
import type { MachineName } from '../../../contract/replay.ts'
import { fetchEarly } from '../../live/early-answer.ts'
import { newestCharts } from '../opening/early-moment.ts'

const charts = new Map<string, Promise<Chart>>()
const loaded = new Map<string, Chart>()

const pathOf = (machine: MachineName, version: number) => `/charts/${machine}-v${version}.json`

/** Returns the chart of a machine in one version of its definition; null until it is loaded. */
export function loadedChart(machine: MachineName, version: number): Chart | null {
  return loaded.get(pathOf(machine, version)) ?? null
}

/** Begins to read the charts of all machines in one version; without it, in today's. */
export function prepareCharts(version?: number): void {
  const machines = ['control', 'session', 'track'] as const
  const paths =
    version === undefined ? newestCharts() : machines.map((machine) => pathOf(machine, version))
  // Whoever shows it learns of a problem.
  for (const path of paths) loadFile(path).catch(() => {})
}

/** Reads the chart of a machine in one version of its definition, once. */
export function loadChart(machine: MachineName, version: number): Promise<Chart> {
  return loadFile(pathOf(machine, version))
}

function loadFile(path: string): Promise<Chart> {
  let chart = charts.get(path)
  if (chart === undefined) {
    chart = fetchEarly(path).then((response) => {
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
