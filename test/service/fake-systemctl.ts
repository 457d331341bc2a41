/**
 * A `systemctl` that keeps the state of one unit in a folder and records how it was called. It
 * stands for a user manager, which no test can start.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { findProgram } from '../../src/processes/find-program.ts'
import { UNIT_NAME } from '../../src/service/systemd-unit.ts'
import { f2f, type Ran } from '../cli/support/stub.ts'

const SCRIPT = `#!/bin/sh
[ "$1" = --user ] || exit 9
shift
echo "$*" >> "$FAKE/calls"
if [ -e "$FAKE/fails-$1" ]; then cat "$FAKE/fails-$1" >&2; exit 1; fi
state() { [ -e "$FAKE/$1" ]; }
case "$1" in
  enable) [ -e "$XDG_CONFIG_HOME/systemd/user/$2" ] && touch "$FAKE/enabled" ;;
  disable) rm -f "$FAKE/enabled" "$FAKE/active" ;;
  start|restart) touch "$FAKE/active" ;;
  show-environment) cat "$FAKE/environment" ;;
  show)
    if [ "$2" = --property=Version ]; then cat "$FAKE/version"; exit; fi
    echo "LoadState=loaded"
    echo "FragmentPath=$XDG_CONFIG_HOME/systemd/user/$2"
    if state enabled; then echo UnitFileState=enabled; else echo UnitFileState=disabled; fi
    if state active; then echo ActiveState=active; echo SubState=running; echo MainPID=4711
    else cat "$FAKE/ended"; fi
    echo "ActiveEnterTimestamp=Sat 2026-11-28 05:48:55 \${TZ:-no zone}"
    echo NRestarts=2
    ;;
esac
`

/** A computer with the fake, a folder for configuration and a home folder. */
export interface FakeSystemd {
  unitFile: string
  autostartFile: string
  home: string
  /** Runs f2f there. */
  f2f(line: string, env?: NodeJS.ProcessEnv): Promise<Ran>
  /** Returns the calls that changed something, and forgets them. */
  changes(): Promise<string[]>
  /** Sets what the fake answers: \`fails-start\`, \`version\`, \`environment\`, \`ended\`. */
  set(name: string, text: string | null): Promise<void>
}

/** Creates such a computer. */
export async function fakeSystemd(): Promise<FakeSystemd> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f systemd-'))
  const inside = (name: string) => join(folder, name)
  for (const name of ['bin', 'state', 'config']) await mkdir(inside(name))
  await writeFile(inside('bin/systemctl'), SCRIPT, { mode: 0o700 })
  // The programs of other folders stay out: a real systemctl must not be found.
  await writeFile(inside('bin/systemd-notify'), '#!/bin/sh\n', { mode: 0o700 })
  const env = {
    PATH: [inside('bin'), '/usr/bin', '/bin'].join(delimiter),
    FAKE: inside('state'),
    XDG_CONFIG_HOME: inside('config'),
  }
  const set = async (name: string, text: string | null) => {
    if (text === null) await rm(inside(`state/${name}`), { force: true })
    else await writeFile(inside(`state/${name}`), text)
  }
  await set('version', '252.38-1~deb12u1\n')
  await set('environment', 'HOME=/home/anna\nDISPLAY=:0\n')
  await set('ended', 'ActiveState=inactive\nSubState=dead\n')
  const home = inside('my %h $HOME')
  return {
    unitFile: inside(`config/systemd/user/${UNIT_NAME}`),
    autostartFile: inside('config/autostart/f2f-recorder.desktop'),
    home,
    f2f: (line, more = {}) => f2f(line.split(' '), { env: { ...env, F2F_HOME: home, ...more } }),
    async changes() {
      const calls = await readFile(inside('state/calls'), 'utf8').catch(() => '')
      await set('calls', null)
      return calls.split('\n').filter((call) => call !== '' && !call.startsWith('show'))
    },
    set,
  }
}

/** Why tests with the fake cannot run here; null where they can. */
export const fakeProblem =
  process.platform !== 'linux' || findProgram('sh', process.env) === null
    ? 'the service of systemd is for Linux'
    : null
