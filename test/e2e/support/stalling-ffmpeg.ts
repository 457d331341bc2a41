import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The real ffmpeg behind a script that can let it hang before it has delivered anything. */
export interface StallingFfmpeg {
  /** For `FFMPEG_BIN`. */
  path: string
  /** From now on what is started with this text among its arguments hangs. */
  stall(argument: string): void
  /** From now on nothing does; what hangs already goes on hanging. */
  release(): void
}

// Opening a pipe that nobody writes to blocks the shell itself: no child of its own is left over
// when it is killed.
const SCRIPT = (ffmpeg: string): string => `#!/bin/sh
if read -r argument < "$0.stall"; then
  case "$*" in *"$argument"*) read -r _ < "$0.pipe" ;; esac
fi
exec '${ffmpeg}' "$@"
`

/** Writes the script, for an ffmpeg (default: the installed one), into a folder of its own. */
export function createStallingFfmpeg(ffmpeg = process.env.FFMPEG_BIN ?? 'ffmpeg'): StallingFfmpeg {
  const folder = mkdtempSync(join(tmpdir(), 'f2f-ffmpeg-'))
  const path = join(folder, 'ffmpeg')
  writeFileSync(path, SCRIPT(ffmpeg))
  chmodSync(path, 0o700)
  if (process.platform !== 'win32') execFileSync('mkfifo', [`${path}.pipe`])
  writeFileSync(`${path}.stall`, '')
  return {
    path,
    stall: (argument) => writeFileSync(`${path}.stall`, `${argument}\n`),
    release: () => writeFileSync(`${path}.stall`, ''),
  }
}
