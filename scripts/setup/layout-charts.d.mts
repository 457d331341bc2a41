import type { Chart } from '../../src/contract/chart.ts'
import type { MachineName } from '../../src/contract/replay.ts'
import type { MachineDefinition } from '../../src/machines/definitions/definition.ts'

export function writeCharts(
  kept: {
    definitionOf: (machine: MachineName, version: number) => MachineDefinition
    MACHINES_VERSION: number
  },
  commands: readonly string[],
  folder: string,
): Promise<string[]>

export function layoutChart(
  machine: MachineName,
  version: number,
  definition: MachineDefinition,
  commands: readonly string[],
): Promise<Chart>
