let at = performance.now()

/** Remembers that the recorder has just been heard from. */
export function heard(): void {
  at = performance.now()
}

/** Returns when the recorder was last heard from, in the time of `performance.now()`. */
export function lastHeardAt(): number {
  return at
}
