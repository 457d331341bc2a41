import { benchStore } from './store.ts'
import type { Findings } from './table.ts'

/** Durable appends through the event log against raw classic-level batches of the same bytes. */
export async function benchAppend(): Promise<Findings> {
  const ratios = await benchStore()
  const rows = ratios.map(({ name, unit, ours, raw, ratio }) => ({
    what: name,
    unit,
    ours,
    other: raw,
    ratio,
    // The aim is about appending; the other rows are there to be watched.
    aim: unit === 'commands/s' ? ({ of: 'ratio', atLeast: 0.7 } as const) : null,
  }))
  return { rows, remarks: [] }
}
