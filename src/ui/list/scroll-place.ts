/** Where a person was in the list. */
export interface ScrollPlace {
  /** The first row that was seen, by its id and its index. */
  id: string
  index: number
  /** How far that row was above the top of the window. */
  offset: number
  /** The row that had the focus. */
  activeId: string | null
}

/** Keeps a place in the present entry of the browser's history, for the way back. */
export function keepPlace(place: ScrollPlace | null): void {
  history.replaceState(place === null ? null : { listPlace: place }, '')
}

/** Returns the place that the present entry of the history keeps; null for none. */
export function keptPlace(): ScrollPlace | null {
  return (history.state as { listPlace?: ScrollPlace } | null)?.listPlace ?? null
}
