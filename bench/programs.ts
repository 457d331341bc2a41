/** Counts the programs that the daemon starts, with a `setpriv` that notes each of them. */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startDaemon } from '../lab/daemon.ts'
import { startLabDesktop } from '../lab/wayland-desktop.ts'
import { findProgram } from '../src/processes/find-program.ts'
import { FLOW_MS } from './latency.ts'
import { command } from './stage.ts'
import { alone, type Findings } from './table.ts'

/** Until spares are ready, and the list of devices has expired. */
const IDLE_MS = 6_000
const AIM = 6

/** Counts the programs started before the answer to a start after an idle time, and to a resume. */
export async function benchPrograms(): Promise<Findings> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-bench-programs-'))
  const notes = join(folder, 'notes')
  const desktop = await startLabDesktop()
  const home = join(folder, 'home')
  await mkdir(home)
  await desktop.permit(home)
  const PATH = [await notingSetpriv(folder, notes), process.env.PATH].join(delimiter)
  const daemon = await startDaemon({ home, env: { ...desktop.env, PATH }, source: 'devices' })
  const programs = async (path: string): Promise<{ names: string[]; id: string }> => {
    await writeFile(notes, '')
    const { id } = await command(daemon, path)
    const lines = (await readFile(notes, 'utf8')).split('\n').filter((line) => line !== '')
    return { names: lines.map((line) => basename(line)), id }
  }
  try {
    const warm = await command(daemon, '/recordings')
    await wait(FLOW_MS)
    await command(daemon, `/recordings/${warm.id}/stop`)
    await command(daemon, `/recordings/${warm.id}/close`)
    await wait(IDLE_MS)
    const start = await programs('/recordings')
    await wait(FLOW_MS)
    await command(daemon, `/recordings/${start.id}/pause`)
    await wait(IDLE_MS)
    const resume = await programs(`/recordings/${start.id}/resume`)
    await command(daemon, `/recordings/${start.id}/stop`)
    const most = { of: 'ours', atMost: AIM } as const
    return {
      rows: [
        alone('programs started for a start of three media', 'programs', start.names.length, most),
        alone('programs started for a resume', 'programs', resume.names.length, most),
      ],
      remarks: [
        `programs of a start: ${start.names.join(', ')}; of a resume: ${resume.names.join(', ')}`,
      ],
    }
  } finally {
    await daemon.stop()
    await desktop.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Writes a `setpriv` that notes the program behind `--`. Returns its folder. */
async function notingSetpriv(folder: string, notes: string): Promise<string> {
  const real = findProgram('setpriv', process.env)
  if (real === null) throw new Error('setpriv is not installed')
  const path = join(folder, 'setpriv')
  await writeFile(path, `#!/bin/sh\necho "$4" >> '${notes}'\nexec '${real}' "$@"\n`)
  await chmod(path, 0o755)
  return folder
}
