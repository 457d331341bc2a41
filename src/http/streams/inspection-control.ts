import * as z from 'zod'
import type { InspectionControl } from '../../contract/inspection.ts'

const control = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('step'), count: z.int().min(1).max(100_000).default(1) }),
  z.strictObject({ type: z.literal('seek'), position: z.int().min(0) }),
  z.strictObject({ type: z.literal('play'), speed: z.number().positive().max(1000).default(1) }),
  z.strictObject({ type: z.literal('pause') }),
])

/** Reads a client's message to the feed of a recording's past; null when it is not one. */
export function readControl(text: string): InspectionControl | null {
  try {
    return control.parse(JSON.parse(text))
  } catch {
    return null
  }
}
