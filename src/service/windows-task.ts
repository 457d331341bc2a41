import { userInfo } from 'node:os'
import { join } from 'node:path'
import { runTool } from '../processes/run-tool.ts'
import { runManager } from './run-manager.ts'
import { MARKER, readServiceFile, removeServiceFiles, writeServiceFiles } from './service-files.ts'
import type {
  Installed,
  ServiceFile,
  ServiceManager,
  ServicePlan,
  ServiceStatus,
} from './service-manager.ts'
import { commandOf, type ServiceProgram } from './service-program.ts'
import { escapeXml } from './xml.ts'

const TASK = 'f2f-recorder'

/** The task scheduler, on Windows. Untried. */
export class WindowsTask implements ServiceManager {
  readonly title = 'Windows scheduled task'
  readonly untried = true
  readonly #env: NodeJS.ProcessEnv

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env
  }

  get files(): readonly string[] {
    const { LOCALAPPDATA = join(userInfo().homedir, 'AppData', 'Local') } = this.#env
    return [join(LOCALAPPDATA, 'f2f-recorder-task.xml')]
  }

  plan(program: ServiceProgram): ServicePlan {
    const path = this.files[0]!
    const { USERDOMAIN, USERNAME = userInfo().username } = this.#env
    const user = USERDOMAIN ? `${USERDOMAIN}\\${USERNAME}` : USERNAME
    return {
      files: [{ path, content: windowsTask(program, user), encoding: 'utf16le' }],
      commands: [
        ['schtasks', '/Create', '/TN', TASK, '/XML', path, '/F'],
        ['schtasks', '/Run', '/TN', TASK],
      ],
    }
  }

  async install(program: ServiceProgram): Promise<Installed> {
    const { files, commands } = this.plan(program)
    const { active } = await this.status()
    const restore = await writeServiceFiles(files)
    const [create = [], start = []] = commands
    try {
      await runManager(create, this.#env)
    } catch (error) {
      await restore?.()
      throw error
    }
    if (!active) await runManager(start, this.#env)
    return {
      files: [...this.files],
      unchanged: restore === null && active,
      needsRestart: restore !== null && active,
      notes: [],
    }
  }

  async uninstall(): Promise<string[]> {
    const files = this.#serviceFiles()
    await Promise.all(files.map(readServiceFile))
    const { enabled, active } = await this.status()
    if (active) await runManager(['schtasks', '/End', '/TN', TASK], this.#env)
    if (enabled) await runManager(['schtasks', '/Delete', '/TN', TASK, '/F'], this.#env)
    return removeServiceFiles(files)
  }

  async status(): Promise<ServiceStatus> {
    const { outcome, stdout } = await runTool(
      { program: 'schtasks', args: ['/Query', '/TN', TASK, '/FO', 'CSV', '/NH'] },
      { env: this.#env, limitMs: 10_000 },
    )
    const installed = (await readServiceFile(this.#serviceFiles()[0]!)) !== null
    const enabled = outcome === 'done'
    // The word for it is in the language of the system; only English is known here.
    const state = enabled ? (/"([^"]*)"\s*$/.exec(stdout)?.[1] ?? 'unknown') : 'no such task'
    return {
      installed,
      enabled,
      active: state === 'Running',
      state,
      since: null,
      pid: null,
      restarts: null,
      program: null,
      remedies: installed && !enabled ? ['There is no task. Run `f2f service install` again.'] : [],
    }
  }

  #serviceFiles(): Pick<ServiceFile, 'path' | 'encoding'>[] {
    return this.files.map((path) => ({ path, encoding: 'utf16le' as const }))
  }
}

/** Builds the definition of the task. */
export function windowsTask(program: ServiceProgram, user: string): string {
  const [node = '', ...args] = commandOf(program)
  return `\ufeff<?xml version="1.0" encoding="UTF-16"?>
<!-- ${MARKER} The next installation overwrites changes here. -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Face-to-Face Interaction Recorder</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
      <UserId>${escapeXml(user)}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${escapeXml(user)}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>5</Priority>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>10</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${escapeXml(node)}</Command>
      <Arguments>${escapeXml(args.map(quoteArgument).join(' '))}</Arguments>
    </Exec>
  </Actions>
</Task>
`
}

/** Quotes an argument as CommandLineToArgvW reads it: backslashes count only before a quote. */
function quoteArgument(argument: string): string {
  return `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`
}
