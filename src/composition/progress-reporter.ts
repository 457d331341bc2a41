import type { CompositionPlan } from './plan/composition-plan.ts'
import type { CompositionProgress } from './port.ts'

/** Creates a function that emits each whole percent of a composed file once. */
export function createProgressReporter(
  { recordingId, request }: CompositionPlan,
  emit: (progress: CompositionProgress) => void,
): (percent: number, state: CompositionProgress['state']) => void {
  const { kind, ...choices } = request.kind === 'track' ? { kind: request.medium } : request
  let emitted = -1
  return (exact, state) => {
    const percent =
      state === 'building'
        ? Math.max(emitted, Math.floor(exact))
        : state === 'done'
          ? 100
          : Math.max(0, emitted)
    if (state === 'building' && percent === emitted) return
    emitted = percent
    const at = new Date().toISOString()
    emit({ recordingId, kind, ...choices, percent, state, at })
  }
}
