import { userInfo } from 'node:os'
import { join } from 'node:path'
import { runTool } from '../processes/run-tool.ts'
import { runManager } from './run-manager.ts'
import { MARKER, readServiceFile, removeServiceFiles, writeServiceFiles } from './service-files.ts'
import type { Installed, ServiceManager, ServicePlan, ServiceStatus } from './service-manager.ts'
import { commandOf, type ServiceProgram } from './service-program.ts'
import { escapeXml } from './xml.ts'

const LABEL = 'io.github.f2f-recorder'

/** launchd, on macOS. Untried. */
export class Launchd implements ServiceManager {
  readonly title = 'launchd agent'
  readonly untried = true
  readonly #env: NodeJS.ProcessEnv
  readonly #folder: string
  readonly #domain: string

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env
    this.#folder = join(env.HOME || userInfo().homedir, 'Library')
    this.#domain = `gui/${userInfo().uid}`
  }

  get files(): readonly string[] {
    return [join(this.#folder, 'LaunchAgents', `${LABEL}.plist`)]
  }

  plan(program: ServiceProgram): ServicePlan {
    const path = this.files[0]!
    const content = launchAgent(program, join(this.#folder, 'Logs', 'f2f-recorder.log'))
    return {
      files: [{ path, content }],
      commands: [['launchctl', 'bootstrap', this.#domain, path]],
    }
  }

  async install(program: ServiceProgram): Promise<Installed> {
    const { files, commands } = this.plan(program)
    const { active } = await this.status()
    const restore = await writeServiceFiles(files)
    try {
      if (!active) for (const command of commands) await runManager(command, this.#env)
    } catch (error) {
      await restore?.()
      throw error
    }
    return {
      files: [...this.files],
      unchanged: restore === null && active,
      needsRestart: restore !== null && active,
      notes: [
        'macOS asks for permission to use the microphone and to record the screen. Allow both for node in the settings under Privacy & Security.',
      ],
    }
  }

  async uninstall(): Promise<string[]> {
    const files = this.files.map((path) => ({ path }))
    await Promise.all(files.map(readServiceFile))
    if ((await this.status()).active)
      await runManager(['launchctl', 'bootout', `${this.#domain}/${LABEL}`], this.#env)
    return removeServiceFiles(files)
  }

  async status(): Promise<ServiceStatus> {
    const { outcome, stdout } = await runTool(
      { program: 'launchctl', args: ['print', `${this.#domain}/${LABEL}`] },
      { env: this.#env, limitMs: 10_000 },
    )
    const installed = (await readServiceFile({ path: this.files[0]! })) !== null
    const active = outcome === 'done'
    const state = /^\s*state = (.+)$/m.exec(stdout)?.[1] ?? 'not loaded'
    return {
      installed,
      enabled: installed,
      active,
      state,
      since: null,
      pid: Number(/^\s*pid = (\d+)$/m.exec(stdout)?.[1]) || null,
      restarts: null,
      program: null,
      remedies: installed && !active ? ['It is not loaded. Run `f2f service install` again.'] : [],
    }
  }
}

/** Builds the launch agent. */
export function launchAgent(program: ServiceProgram, logFile: string): string {
  const words = commandOf(program).map((word) => `    <string>${escapeXml(word)}</string>`)
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- ${MARKER} The next installation overwrites changes here. -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${LABEL}</string>
  <key>ProgramArguments</key>
  <array>
${words.join('\n')}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>10</integer>
  <key>ExitTimeOut</key>
  <integer>10</integer>
  <key>ProcessType</key>
  <string>Interactive</string>
  <key>LimitLoadToSessionType</key>
  <string>Aqua</string>
  <key>Umask</key>
  <integer>63</integer>
  <key>StandardErrorPath</key>
  <string>${escapeXml(logFile)}</string>
</dict>
</plist>
`
}
