import { access, readFile } from 'node:fs/promises'
import { runManager } from './run-manager.ts'
import type { ServiceStatus } from './service-manager.ts'
import type { ServiceProgram } from './service-program.ts'
import { programOf, UNIT_NAME } from './systemd-unit.ts'

const PROPERTIES = [
  ...['LoadState', 'FragmentPath', 'UnitFileState', 'ActiveState', 'SubState', 'Result'],
  ...['MainPID', 'NRestarts', 'ActiveEnterTimestamp', 'NeedDaemonReload'],
]
const JOURNAL = `journalctl --user -u ${UNIT_NAME} -n 50`

/** Reads the state of the unit. `unitFile` is where `install` writes it. */
export async function readSystemdStatus(
  env: NodeJS.ProcessEnv,
  unitFile: string,
): Promise<ServiceStatus> {
  const asked = ['systemctl', '--user', 'show', UNIT_NAME, `--property=${PROPERTIES.join(',')}`]
  // UTC, so that the time can be parsed everywhere.
  const shown = parseProperties(await runManager(asked, { ...env, TZ: 'UTC' }))
  const { ActiveState = 'unknown', SubState = 'unknown' } = shown
  const active = ['active', 'reloading', 'activating'].includes(ActiveState)
  const unit = await readFile(unitFile, 'utf8').catch(() => null)
  const program = unit === null ? null : programOf(unit)
  return {
    installed: unit !== null,
    enabled: shown.UnitFileState === 'enabled',
    active,
    state: `${ActiveState} (${SubState})`,
    since: ActiveState === 'active' ? parseTimestamp(shown.ActiveEnterTimestamp) : null,
    pid: Number(shown.MainPID) || null,
    restarts: shown.NRestarts === undefined ? null : Number(shown.NRestarts),
    program,
    remedies:
      unit === null
        ? []
        : [
            ...fileRemedies(shown, unitFile),
            ...(await programRemedies(program)),
            ...stateRemedies(shown),
          ],
  }
}

/** Parses the lines `NAME=value` of `systemctl show`. */
function parseProperties(text: string): Partial<Record<string, string>> {
  return Object.fromEntries(
    text.split('\n').map((line) => {
      const end = line.indexOf('=')
      return [line.slice(0, end), line.slice(end + 1)]
    }),
  )
}

/** Parses a time such as `Sat 2026-11-28 05:48:55 UTC`. */
function parseTimestamp(text = ''): string | null {
  const [, day, time] = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/.exec(text) ?? []
  return day === undefined ? null : `${day}T${time}.000Z`
}

function fileRemedies(shown: Partial<Record<string, string>>, unitFile: string): string[] {
  if (shown.LoadState === 'masked')
    return [`The unit is masked. Unmask it: systemctl --user unmask ${UNIT_NAME}`]
  if (shown.FragmentPath !== unitFile || shown.NeedDaemonReload === 'yes')
    return ['systemd does not use the file as it is now. Run `f2f service install` again.']
  if (shown.UnitFileState !== 'enabled')
    return ['It does not start at a login. Run `f2f service install` again.']
  return []
}

async function programRemedies(program: ServiceProgram | null): Promise<string[]> {
  if (program === null)
    return ['The file is not as it was written. Run `f2f service install` again.']
  const missing: string[] = []
  for (const path of [program.node, program.f2f])
    await access(path).catch(() => missing.push(`There is no ${path} any more.`))
  return missing.length === 0 ? [] : [...missing, 'Run `f2f service install` again.']
}

function stateRemedies({ ActiveState, Result }: Partial<Record<string, string>>): string[] {
  if (ActiveState === 'failed')
    return [
      `It has failed (${Result}) and does not start again by itself. Read why: ${JOURNAL}`,
      `Then start it: systemctl --user restart ${UNIT_NAME}`,
    ]
  if (ActiveState === 'activating')
    return [`It is starting. If this lasts, it fails again and again. Read why: ${JOURNAL}`]
  if (ActiveState === 'inactive')
    return [`It does not run now. Start it: systemctl --user start ${UNIT_NAME}`]
  return []
}
