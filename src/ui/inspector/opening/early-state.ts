import type { ReplayState } from '../../../contract/replay.ts'
import { recorder } from '../../live/recorder.ts'
import type { Route } from '../../shell/router.ts'

/** A state that was asked for before the inspector was loaded. */
interface EarlyState {
  id: string
  position: number
  state: Promise<ReplayState>
}

let early: EarlyState | null = null

/** Asks the recorder for the state that an address names, while the inspector is being loaded. */
export function askForState(place: Route): void {
  if (place.name !== 'inspector' || place.id === null) return
  const position = positionIn(place.query)
  if (position === null) return
  const { id } = place
  const state = recorder.replay(id, { position })
  // Whoever takes it learns of a problem.
  state.catch(() => {})
  early = { id, position, state }
}

/** Returns the state that was asked for, once: it is soon out of date. */
export function takeState(id: string, position: number): Promise<ReplayState> | null {
  if (early?.id !== id || early.position !== position) return null
  const { state } = early
  early = null
  return state
}

/** Returns the position of the log in the parameters of an address; null when there is none. */
export function positionIn(query: URLSearchParams): number | null {
  const position = Number(query.get('position'))
  return Number.isInteger(position) && position > 0 ? position : null
}
