/** Where lines go, in pieces that are written at once. */
export interface LineDestination {
  write(lines: string): unknown
}

/** A destination for pino. */
export interface LinesByTurn {
  /** The level of the next line. pino sets it. */
  lastLevel: number
  /** Adds a line. */
  write(line: string): void
  /** Writes what waits. pino calls it, too, after a fatal line. */
  flushSync(): void
}

/** From this pino level on (warn), a line is written at once. */
const AT_ONCE = 40

/**
 * Creates a destination for pino that writes the lines of one turn of the event loop together: a
 * system call for each request would be a twentieth of what a tag costs. From `warn` on, a
 * line is written at once, with those before it.
 */
export function linesByTurn(destination: LineDestination): LinesByTurn {
  let waiting = ''
  return {
    // pino says the level of a line only to a destination that has this.
    ...{ [Symbol.for('pino.metadata')]: true },
    lastLevel: 0,
    write(line) {
      const isUrgent = this.lastLevel >= AT_ONCE
      if (waiting === '' && !isUrgent) setImmediate(() => this.flushSync())
      waiting += line
      if (isUrgent) this.flushSync()
    },
    flushSync() {
      const lines = waiting
      waiting = ''
      if (lines !== '') destination.write(lines)
    },
  }
}
