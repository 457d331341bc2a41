import type { CompositionPlan } from './composition-plan.ts'

/** Beside the recorded media: cards, silence, tables of the container, seals. */
const OVERHEAD_BYTES_A_SECOND = 2_000
const AAC_BYTES_A_SECOND = 16_000

/** Estimates the most bytes that the file and its working files take. */
export function estimateBytes({ segments, timeline, request, sounds }: CompositionPlan): number {
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0)
  const sound = segments
    .filter(({ medium }) => medium !== 'screen')
    .reduce((sum, segment) => sum + segment.bytes, 0)
  const seconds = timeline.durationMs / 1_000
  const mixed = request.kind === 'export' && request.audio === 'mix' && sounds.length > 0
  return Math.ceil(
    bytes + sound + seconds * (2 * OVERHEAD_BYTES_A_SECOND + (mixed ? AAC_BYTES_A_SECOND : 0)),
  )
}
