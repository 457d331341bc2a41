import type { Io } from '../command.ts'

const BAR_WIDTH = 30
/** Percent between two lines where stderr is not a terminal. */
const LINE_STEP = 10

/** Progress of a download, shown on stderr. */
export interface ProgressBar {
  show(label: string, percent: number): void
  /** Removes the bar from the terminal. */
  clear(): void
}

/** Shows a bar on a terminal, and lines elsewhere. */
export function createProgressBar({ stderr }: Pick<Io, 'stderr'>): ProgressBar {
  let last = ''
  return {
    show(label, percent) {
      if (stderr.isTTY) {
        const filled = Math.round((BAR_WIDTH * percent) / 100)
        const line = `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${String(percent).padStart(3)} % ${label}`
        if (line !== last) stderr.write(`\r\u001b[K${line}`)
        last = line
        return
      }
      const line = `${label} ${percent - (percent % LINE_STEP)} %`
      if (line !== last) stderr.write(`${line}\n`)
      last = line
    },
    clear() {
      if (stderr.isTTY && last !== '') stderr.write('\r\u001b[K')
    },
  }
}
