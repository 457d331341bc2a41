import { link } from './live-state.ts'
import { recorderNow } from './recorder-time.ts'

let confirmedMs = recorderNow()

/**
 * Returns the recorder's time up to which the shown state is certain: now, or the moment at which
 * the connection was lost. A clock that went on would claim that something is recorded.
 */
export function confirmedNow(): number {
  if (link.value.state === 'live') confirmedMs = recorderNow()
  return confirmedMs
}
