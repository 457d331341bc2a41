import { isWaylandSession } from '../../contract/desktop-session.ts'
import { prepareHome } from '../../home/home.ts'
import { type CommandResult, defineCommand } from '../command.ts'
import { localProblem } from '../problem.ts'

/** The time that the user has to choose a monitor, in milliseconds. */
const CHOOSE_MS = 120_000

/** Lets the desktop ask its user which monitor may be recorded. */
export const setupScreen = defineCommand({
  name: 'setup screen',
  summary: 'Let the desktop ask you once which monitor may be recorded.',
  description: [
    'On Wayland the desktop decides which program sees the screen. This command opens its dialog: choose a monitor, and let the choice be ' +
      'remembered. The grant is kept in the home folder, so the recorder never opens the dialog itself. Without it, or when it was ' +
      'withdrawn, a recording of the screen is refused.',
    'Run the command in the desktop session, once for each monitor to be recorded. The last one is the default. It works without a running ' +
      'recorder, too. Where no grant is needed (X11, Windows, macOS) it says so and does nothing.',
  ],
  options: {},
  examples: [
    { line: 'f2f setup screen', does: 'Opens the dialog, and keeps the grant.' },
    {
      line: 'systemd-run --user --scope f2f setup screen',
      does: 'Does the same for the service, where a terminal counts as a program of its own.',
    },
  ],
  async run({ home, io, json }) {
    if (process.platform !== 'linux' || !isWaylandSession(io.env)) return NOT_NEEDED
    const { requestGrant } = await import('../../platform/linux/portal/request-grant.ts')
    await prepareHome(home)
    if (!json) io.stderr.write('Choose a monitor in the dialog that the desktop opens now.\n')
    const asked = requestGrant(io.env, home.screenGrantsFile, CHOOSE_MS)
    const { monitor, program } = await asked.catch((cause: Error) => {
      throw localProblem('FAILED', 'The screen cannot be recorded yet.', {
        detail: cause.message,
        remedy: 'Run the command in the desktop session, and share a monitor.',
        cause,
      })
    })
    return {
      json: { needed: true, monitor, program: program || null },
      text: `The monitor ${monitor} may be recorded now.`,
      ...(program ? { note: onlyFrom(program) } : {}),
    }
  },
})

const NOT_NEEDED: CommandResult = {
  json: { needed: false, monitor: null, program: null },
  text: 'This session needs no grant to record the screen. Nothing was changed.',
}

function onlyFrom(program: string): string {
  return `The grant is valid for a recorder that is started from ${program}. For the service, run systemd-run --user --scope f2f setup screen.`
}
