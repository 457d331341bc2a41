import { userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { findProgram } from '../processes/find-program.ts'
import { runTool } from '../processes/run-tool.ts'
import { runManager } from './run-manager.ts'
import { ServiceError } from './service-error.ts'
import { readServiceFile, removeServiceFiles, writeServiceFiles } from './service-files.ts'
import type { Installed, ServiceManager, ServicePlan, ServiceStatus } from './service-manager.ts'
import type { ServiceProgram } from './service-program.ts'
import { readSystemdStatus } from './systemd-status.ts'
import { autostartEntry, systemdUnit, UNIT_NAME } from './systemd-unit.ts'

/** The first whose `systemd-notify` waits until its message is read. Before, messages got lost. */
const OLDEST_SYSTEMD = 246
const JOURNAL = `Read why with \`journalctl --user -u ${UNIT_NAME} -n 50\`.`
const WITHOUT_SERVICE =
  'Start `f2f serve` at every login instead, for example in the autostart settings of the desktop.'

/** systemd's user manager, on Linux. */
export class Systemd implements ServiceManager {
  readonly title = 'systemd user unit'
  readonly untried = false
  readonly #env: NodeJS.ProcessEnv
  readonly #unitFile: string
  readonly #autostartFile: string

  constructor(env: NodeJS.ProcessEnv) {
    const { XDG_CONFIG_HOME: given } = env
    const config =
      given && isAbsolute(given) ? given : join(env.HOME || userInfo().homedir, '.config')
    this.#env = env
    this.#unitFile = join(config, 'systemd', 'user', UNIT_NAME)
    this.#autostartFile = join(config, 'autostart', 'f2f-recorder.desktop')
  }

  get files(): readonly string[] {
    return [this.#unitFile, this.#autostartFile]
  }

  plan(program: ServiceProgram): ServicePlan {
    return {
      files: [
        { path: this.#unitFile, content: systemdUnit(program) },
        { path: this.#autostartFile, content: autostartEntry() },
      ],
      commands: [
        ['systemctl', '--user', 'daemon-reload'],
        ['systemctl', '--user', 'enable', UNIT_NAME],
        ['systemctl', '--user', 'start', UNIT_NAME],
      ],
    }
  }

  async install(program: ServiceProgram): Promise<Installed> {
    await this.#assertUsable()
    const before = await readSystemdStatus(this.#env, this.#unitFile)
    const restore = await writeServiceFiles(this.plan(program).files)
    try {
      await this.#systemctl('daemon-reload')
      if (!before.enabled) await this.#systemctl('enable', UNIT_NAME)
    } catch (error) {
      await restore?.()
      await this.#systemctl('daemon-reload').catch(() => {})
      throw error
    }
    const unchanged = restore === null && before.enabled && before.active
    if (!before.active) {
      // Otherwise systemd refuses a start after several failures.
      await this.#systemctl('reset-failed', UNIT_NAME).catch(() => {})
      await this.#systemctl('start', UNIT_NAME)
    }
    const needsRestart = before.active && restore !== null
    return { files: [...this.files], unchanged, needsRestart, notes: await this.#notes() }
  }

  async uninstall(): Promise<string[]> {
    await this.#assertUsable()
    const status = await readSystemdStatus(this.#env, this.#unitFile)
    const files = this.files.map((path) => ({ path }))
    // Before anything is stopped: somebody else may have written them.
    await Promise.all(files.map(readServiceFile))
    if (status.installed) await this.#systemctl('disable', '--now', UNIT_NAME)
    const removed = await removeServiceFiles(files)
    if (removed.length === 0) return []
    await this.#systemctl('daemon-reload')
    await this.#systemctl('reset-failed', UNIT_NAME).catch(() => {})
    return removed
  }

  async status(): Promise<ServiceStatus> {
    await this.#assertUsable()
    return readSystemdStatus(this.#env, this.#unitFile)
  }

  #systemctl(...args: string[]): Promise<string> {
    return runManager(['systemctl', '--user', ...args], this.#env, JOURNAL)
  }

  /** Rejects with ServiceError `unavailable` unless a user manager answers that is new enough. */
  async #assertUsable(): Promise<void> {
    for (const program of ['systemctl', 'systemd-notify'])
      if (findProgram(program, this.#env) === null)
        throw new ServiceError('unavailable', {
          title: 'This computer has no systemd.',
          detail: `The program ${program} was not found.`,
          remedy: WITHOUT_SERVICE,
        })
    const args = ['--user', 'show', '--property=Version', '--value']
    const { outcome, stdout, stderr } = await runTool(
      { program: 'systemctl', args },
      { env: this.#env, limitMs: 10_000 },
    )
    if (outcome !== 'done')
      throw new ServiceError('unavailable', {
        title: 'No systemd user manager answers.',
        detail: `\`systemctl ${args.join(' ')}\` says: ${stderr.trim() || 'nothing'}.`,
        remedy: `Run this as the user of the desktop, in a login of its own and without sudo or su. Where the system runs no user manager, that does not help. ${WITHOUT_SERVICE}`,
      })
    const version = Number.parseInt(stdout, 10)
    if (version < OLDEST_SYSTEMD)
      throw new ServiceError('unavailable', {
        title: 'This systemd is too old.',
        detail: `The user manager is systemd ${version}. The service needs ${OLDEST_SYSTEMD} or newer.`,
        remedy: WITHOUT_SERVICE,
      })
  }

  async #notes(): Promise<string[]> {
    const environment = await this.#systemctl('show-environment')
    if (/^DISPLAY=./m.test(environment)) return []
    return [
      `The user manager knows no display yet, so the service cannot record the screen before the next login. To change that now, run in the desktop session: systemctl --user import-environment DISPLAY XAUTHORITY XDG_SESSION_TYPE && systemctl --user restart ${UNIT_NAME}`,
    ]
  }
}
