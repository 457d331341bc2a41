import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { levelBar, size } from '../../src/cli/text/quantities.ts'
import type { Medium } from '../../src/contract/media.ts'
import type { RecordingAnswer } from '../../src/contract/views.ts'
import type { Crm } from './crm.ts'
import type { Terminal } from './terminal.ts'

/** Size of a recording on disk in bytes, including files that still grow. */
export async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => null)))
  return sizes.reduce((sum, found) => sum + (found?.isFile() ? found.size : 0), 0)
}

function line(recording: RecordingAnswer, elapsedMs: number, bytes: number): string {
  const tracks = Object.entries(recording.tracks).map(([medium, track]) => {
    const status = track.level === null ? track.state : levelBar(track.level.rmsDb)
    return `${medium as Medium} ${status.padEnd(17)}`
  })
  return `  ${(elapsedMs / 1000).toFixed(0).padStart(3)} s  ${tracks.join('  ')}  ${size(bytes)}`
}

/** Shows the recording's progress at each full second since `from`, until `until` (epoch ms). */
export async function showProgress(
  crm: Crm,
  terminal: Terminal,
  options: { folder: string; from: number; until: number; signal: AbortSignal },
): Promise<void> {
  const { folder, from, until, signal } = options
  for (;;) {
    const next = from + 1_000 * (Math.floor((Date.now() - from) / 1_000) + 1)
    await sleep(Math.max(0, Math.min(next, until) - Date.now()), undefined, { signal })
    if (next > until) return
    const recording: RecordingAnswer = await crm.get('/recordings/current')
    terminal.progress(line(recording, Date.now() - from, await bytesIn(folder)))
  }
}
