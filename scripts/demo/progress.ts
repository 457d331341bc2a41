import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { levelBar, size } from '../../src/cli/quantities.ts'
import type { Medium } from '../../src/events/media.ts'
import type { RecordingAnswer } from '../../src/events/resources.ts'
import type { Crm } from './crm.ts'
import type { Terminal } from './terminal.ts'

/** What a recording takes on disk, with the files that are still growing. */
export async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => null)))
  return sizes.reduce((sum, found) => sum + (found?.isFile() ? found.size : 0), 0)
}

function line(recording: RecordingAnswer, elapsedMs: number, bytes: number): string {
  const tracks = Object.entries(recording.tracks).map(([medium, track]) => {
    const how = track.level === null ? track.state : levelBar(track.level.rmsDb)
    return `${medium as Medium} ${how.padEnd(17)}`
  })
  return `  ${(elapsedMs / 1000).toFixed(0).padStart(3)} s  ${tracks.join('  ')}  ${size(bytes)}`
}

/** Lets time pass until `until` (epoch ms) and says each second how the recording stands. */
export async function watch(
  crm: Crm,
  terminal: Terminal,
  options: { folder: string; from: number; until: number; signal: AbortSignal },
): Promise<void> {
  for (;;) {
    const left = options.until - Date.now()
    if (left <= 0) return
    await sleep(Math.min(1_000, left), undefined, { signal: options.signal })
    const recording: RecordingAnswer = await crm.get('/recordings/current')
    terminal.progress(line(recording, Date.now() - options.from, await bytesIn(options.folder)))
  }
}
