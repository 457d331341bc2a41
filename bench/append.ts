import { benchStore } from './store.ts'
import type { Findings } from './table.ts'

/** Compares durable appends through the event log with raw classic-level batches. */
export async function benchAppend(): Promise<Findings> {
  const ratios = await benchStore()
  const rows = ratios.map(({ name, unit, ours, raw, ratio }) => ({
    what: name,
    unit,
    ours,
    other: raw,
    ratio,
    // The aim is about appends. The other rows have none.
    aim: unit === 'commands/s' ? ({ of: 'ratio', atLeast: 0.7 } as const) : null,
  }))
  return { rows, remarks: [] }
}
