import { useEffect, useRef } from 'preact/hooks'
import { inspectorHref, replaceRoute } from '../../shell/router.ts'
import type { Inspected } from '../opening/inspected.ts'

/** Browsers refuse addresses that change faster for long. */
const REST_MS = 300

/**
 * Keeps the address at the shown step, so that it can be sent to somebody, and follows an address
 * that is entered or followed. A recording that is watched live keeps the address of what is live.
 */
export function useStepInAddress(
  inspected: Inspected,
  query: URLSearchParams,
  isLive: boolean,
): void {
  const written = useRef<string | null>(query.get('position'))
  const asked = query.get('position')
  const { value: index } = inspected.index
  const { value: isComplete } = inspected.isComplete
  const isKept = isLive && inspected.follows.value
  useEffect(() => {
    if (!isComplete || asked === null || asked === written.current) return
    written.current = asked
    inspected.goToPosition(Number(asked))
  }, [inspected, isComplete, asked])
  useEffect(() => {
    if (isKept) return
    const timer = setTimeout(() => {
      const position = inspected.replay.events[index - 1]?.position
      if (index > inspected.count.peek() || written.current === String(position ?? '')) return
      written.current = String(position ?? '')
      replaceRoute(inspectorHref(inspected.id, position))
    }, REST_MS)
    return () => clearTimeout(timer)
  }, [inspected, index, isKept])
}
