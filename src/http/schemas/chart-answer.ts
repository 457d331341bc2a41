import * as z from 'zod'
import type { Chart } from '../../contract/chart.ts'
import { count } from './parts.ts'

const path = z.string().describe('The path of a state, such as `heldByApi.capturing`')
const guard = z.string().nullable().describe('The guard that must hold; null without one')
const points = z.array(z.tuple([z.number(), z.number()])).describe('The corners of the arrow')
const place = { x: z.number(), y: z.number() }

const content = {
  invoke: z.array(z.string()).describe('The actors that live as long as the state is active'),
  permits: z
    .array(z.object({ command: z.string(), guard }))
    .describe('The commands that the state permits'),
  stays: z
    .array(z.object({ event: z.string(), guard, actions: z.array(z.string()) }))
    .describe('The other events that do not leave the state'),
}

const node = z.object({
  ...{ id: path, name: z.string() },
  parent: z.string().describe('The path of the state around it; empty: the machine itself'),
  kind: z.enum(['initial', 'final', 'compound', 'atomic']),
  ...place,
  ...{ width: z.number(), height: z.number() },
  ...content,
})

const edge = z.object({
  id: z.string(),
  ...{ from: path, to: path },
  events: z.array(z.string()),
  guard,
  points,
  label: z
    .object({ ...place, lines: z.array(z.string()) })
    .describe('The texts beside the arrow: their middle, and the top of the first'),
})

/** The schema of the chart of a machine. */
export const chart = z.object({
  machine: z.enum(['control', 'session', 'track']),
  version: count.describe('The version of the definition'),
  ...{ width: z.number(), height: z.number() },
  text: z
    .object({
      ...{ inset: z.number(), title: z.number(), first: z.number() },
      ...{ line: z.number(), labelLine: z.number() },
    })
    .describe('Where texts stand in a state, and the distances of their lines'),
  ...content,
  initials: z
    .array(z.object({ parent: z.string(), to: path, ...place, points }))
    .describe('The arrows to the states that are entered first'),
  nodes: z.array(node).describe('The states; an outer one comes before those inside it'),
  edges: z.array(edge).describe('The transitions between two states with the same guard, as one'),
}) satisfies z.ZodType<Chart>
