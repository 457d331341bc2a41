/** How far an export is, as the daemon tells it on its event stream, shown on stderr. */
import type { Api } from './api.ts'
import type { Io } from './command.ts'

const BAR_WIDTH = 30
/** Where no terminal is, a line each so many percent. */
const LINE_STEP = 10

/** The progress display of a download. */
export interface Meter {
  show(what: string, percent: number): void
  /** Takes the bar away. */
  end(): void
}

/** A bar on a terminal; elsewhere lines. */
export function createMeter({ stderr }: Pick<Io, 'stderr'>): Meter {
  let last = ''
  return {
    show(what, percent) {
      if (stderr.isTTY) {
        const filled = Math.round((BAR_WIDTH * percent) / 100)
        const line = `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${String(percent).padStart(3)} % ${what}`
        if (line !== last) stderr.write(`\r\u001b[K${line}`)
        last = line
        return
      }
      const line = `${what} ${percent - (percent % LINE_STEP)} %`
      if (line !== last) stderr.write(`${line}\n`)
      last = line
    },
    end() {
      if (stderr.isTTY && last !== '') stderr.write('\r\u001b[K')
    },
  }
}

/**
 * Calls `onPercent` as the wanted export is being made, until the signal ends it. Never rejects:
 * without progress there is still a file.
 */
export async function followExport(
  api: Api,
  wanted: { recordingId: string; gaps: string; audio: string },
  onPercent: (percent: number) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    const stream = await api.open('/events', { exports: '1' }, signal)
    let held = ''
    for await (const chunk of stream.setEncoding('utf8')) {
      const blocks = (held + chunk).split('\n\n')
      held = blocks.pop() ?? ''
      for (const block of blocks) {
        const data = /^event: export\ndata: (.+)$/m.exec(block)?.[1]
        if (data === undefined) continue
        const told = JSON.parse(data)
        const isIt = Object.entries(wanted).every(([key, value]) => told[key] === value)
        if (isIt && told.kind === 'export') onPercent(told.percent)
      }
    }
  } catch {
    // The request for the file itself tells what is wrong.
  }
}
