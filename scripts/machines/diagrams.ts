import { COMMANDS } from '../../src/contract/commands.ts'
import type { MachineName } from '../../src/contract/replay.ts'
import { MACHINES_VERSION } from '../../src/machines/definitions/definitions.ts'
import { layoutChart } from '../setup/layout-charts.mjs'
import { describeMachines } from './describe-machines.ts'
import { drawChart } from './draw-chart.ts'

/** Draws today's machines. Returns the pictures of docs/pictures by their name. */
export async function drawDiagrams(): Promise<Map<string, string>> {
  const pictures = new Map<string, string>()
  for (const [name, definition] of Object.entries(describeMachines())) {
    const chart = await layoutChart(name as MachineName, MACHINES_VERSION, definition, COMMANDS)
    pictures.set(`machine-${name}.svg`, drawChart(chart))
  }
  return pictures
}
