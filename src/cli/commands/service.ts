import { readDaemonFile } from '../../home/daemon-file.ts'
import type { Home } from '../../home/home.ts'
import type { ServiceManager, ServiceStatus } from '../../service/service-manager.ts'
import { type CommandResult, defineCommand, type Io } from '../command.ts'
import { localProblem } from '../problem.ts'
import { localTime } from '../text/quantities.ts'
import { printable, type Style, wrap } from '../text/style.ts'
import { twoColumns } from '../text/two-columns.ts'

const UNTRIED =
  'UNTRIED: nobody has run this on a real computer yet. Check that the recorder runs after the next login (`f2f status`).'

/** Installs the service that starts the recorder at every login. */
export const serviceInstall = defineCommand({
  name: 'service install',
  summary: 'Start the recorder at every login and after a crash.',
  description: [
    'Linux: writes a systemd user unit and an autostart entry below XDG_CONFIG_HOME (~/.config), and enables and starts the ' +
      'unit. A watchdog restarts a recorder that hangs. macOS: writes a launchd agent. Windows: creates a scheduled task. ' +
      'The last two are untried. Nothing needs administrator rights.',
    'The service runs this f2f with this Node.js on the home folder that --home or F2F_HOME names. It does not see other ' +
      'variables of this shell: put `port`, `ffmpegPath` and the like into config.json. Run the command again after you have ' +
      'moved or updated Node.js or f2f. A recorder that runs as the service already is not interrupted.',
  ],
  options: {
    'dry-run': {
      kind: 'flag',
      help: 'Show the files and the commands, and change nothing.',
    },
  },
  examples: [
    { line: 'f2f service install', does: 'Installs and starts the service.' },
    {
      line: 'f2f service install --dry-run --home ~/recorder',
      does: 'Shows what would be installed for this home folder.',
    },
  ],
  run: ({ options, home, io }) =>
    withManager(io, async (manager) => {
      const { currentProgram } = await import('../../service/service-program.ts')
      const program = currentProgram(home.folder)
      if (options['dry-run'] === true) {
        const plan = manager.plan(program)
        return {
          json: { manager: manager.title, untried: manager.untried, ...plan },
          text: [
            ...plan.files.map(({ path, content }) => `# ${path}\n${content}`),
            '# Commands',
            ...plan.commands.map((words) => words.join(' ')),
          ].join('\n'),
          ...noteOf(manager, ['Nothing was changed.']),
        }
      }
      await assertHomeIsFree(manager, home)
      const installed = await manager.install(program)
      const did = installed.unchanged ? 'was installed already' : 'is installed'
      const notes = [...installed.notes, ...unseenVariables(io.env)]
      if (installed.needsRestart)
        notes.unshift(
          'The recorder still runs as it was installed before. Restart it when nothing is being recorded.',
        )
      return {
        json: { manager: manager.title, untried: manager.untried, ...installed, notes },
        text: [
          `The recorder ${did} as a ${manager.title} and runs on ${printable(home.folder)}.`,
          ...installed.files.map((file) => `  ${printable(file)}`),
        ].join('\n'),
        ...noteOf(manager, notes),
      }
    }),
})

/** Removes the service. */
export const serviceUninstall = defineCommand({
  name: 'service uninstall',
  summary: 'Stop the service and remove it.',
  description: [
    'Stops the recorder, which finishes a running recording properly, and removes exactly the files that `f2f service install` ' +
      'has written. Recordings, log and configuration stay in the home folder.',
  ],
  options: {},
  examples: [{ line: 'f2f service uninstall', does: 'Stops and removes the service.' }],
  run: ({ io }) =>
    withManager(io, async (manager) => {
      const removed = await manager.uninstall()
      return {
        json: { manager: manager.title, untried: manager.untried, removed },
        text:
          removed.length === 0
            ? 'The service is not installed. Nothing was changed.'
            : [
                'The service is removed. These files are gone:',
                ...removed.map((file) => `  ${printable(file)}`),
              ].join('\n'),
        ...noteOf(manager, []),
      }
    }),
})

/** Shows whether the service is installed and runs. */
export const serviceStatus = defineCommand({
  name: 'service status',
  summary: 'Show whether the service runs, and what to do.',
  description: [
    'Asks the system. `f2f status` asks the recorder itself. The exit code is 1 unless the service is installed, starts at ' +
      'every login and runs.',
  ],
  options: {},
  examples: [
    { line: 'f2f service status', does: 'Shows the state of the service, and since when.' },
    { line: 'f2f service status --json', does: 'The same for a script.' },
  ],
  run: ({ io, style }) =>
    withManager(io, async (manager) => {
      const status = await manager.status()
      const { installed, enabled, active } = status
      const remedies = installed
        ? status.remedies
        : ['Install it with `f2f service install`.', ...status.remedies]
      const { title, untried, files } = manager
      return {
        json: { manager: title, untried, files, ...status, remedies },
        text: statusText(manager, status, style),
        exitCode: installed && enabled && active ? 0 : 1,
        ...noteOf(
          manager,
          remedies.map((remedy) => wrap(`-> ${remedy}`, style.columns)),
        ),
      }
    }),
})

/** Runs a step with the service manager of this system, and turns its errors into problems. */
async function withManager(
  io: Io,
  step: (manager: ServiceManager) => Promise<CommandResult>,
): Promise<CommandResult> {
  // Imported here because the other commands must start without loading it.
  const [{ chooseManager }, { ServiceError }] = await Promise.all([
    import('../../service/choose-manager.ts'),
    import('../../service/service-error.ts'),
  ])
  try {
    return await step(chooseManager(io.env))
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    const { kind, title, message: detail, remedy } = error
    const code = kind === 'unavailable' ? 'NO_SERVICE_MANAGER' : 'SERVICE_FAILED'
    throw localProblem(code, title, { detail, remedy, cause: error })
  }
}

/** A home has one recorder: the service would fail again and again beside another one. */
async function assertHomeIsFree(manager: ServiceManager, home: Home): Promise<void> {
  const found = await readDaemonFile(home)
  if (found.state !== 'running' || (await manager.status()).active) return
  throw localProblem('SERVICE_FAILED', 'A recorder runs already, and not as the service.', {
    detail: `Process ${found.daemon.pid} serves the home folder ${home.folder}. Nothing was changed.`,
    remedy: 'End it when nothing is being recorded (Ctrl-C where it runs), then run this again.',
  })
}

/** Variables of this shell that change `f2f serve` here, but not the service. */
const UNSEEN = { F2F_PORT: '`port`', FFMPEG_BIN: '`ffmpegPath`' }

function unseenVariables(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(UNSEEN)
    .filter(([name]) => env[name])
    .map(
      ([name, key]) => `The service does not see ${name} of this shell. Set ${key} in config.json.`,
    )
}

function noteOf({ untried }: ServiceManager, lines: readonly string[]): { note?: string } {
  const all = [...(untried ? [UNTRIED] : []), ...lines]
  return all.length === 0 ? {} : { note: all.join('\n') }
}

function statusText({ title, files }: ServiceManager, status: ServiceStatus, style: Style): string {
  const { installed, enabled, active, state, since, pid, restarts, program } = status
  const yes = (value: boolean) => (value ? 'yes' : 'no')
  const rows = [
    ['Service', title],
    ['Installed', installed ? `yes, ${printable(files[0] ?? '')}` : 'no'],
    ['Starts at login', yes(enabled)],
    ['Runs', `${yes(active)}, ${printable(state)}${pid === null ? '' : `, process ${pid}`}`],
    ...(since === null ? [] : [['Since', localTime(since)]]),
    ...(restarts ? [['Restarted', `${restarts} times after failures`]] : []),
    ...(program === null ? [] : [['Home folder', printable(program.home)]]),
  ]
  return twoColumns(rows, style)
}
