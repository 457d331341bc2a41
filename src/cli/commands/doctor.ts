import type { ApplicationView } from '../../events/resources.ts'
import { type Home, readDaemonFile } from '../../home.ts'
import type { Api } from '../api.ts'
import { type Check, checkConfig, checkDisk, checkFfmpeg, checkHome, checkNode, checkSession } from '../checks.ts'
import { defineCommand } from '../command.ts'
import { type Problem, ProblemError } from '../problem.ts'
import { duration, size } from '../quantities.ts'
import { columns, printable, type Style } from '../style.ts'

/** Says what is wrong, and what to do. */
export const doctor = defineCommand({
  name: 'doctor',
  summary: 'check what the recorder needs, and say what to do',
  description: [
    'Checks Node.js, the home folder, the configuration, the disk and ffmpeg; then, of a running recorder, its state, ' +
      'devices and storage, or without one, what the session’s environment tells. Exits 1 when a check fails. With ' +
      '--json: {"ok": …, "checks": [{name, result, detail, remedy}]}, result ok, note or failed.',
  ],
  options: {},
  examples: [
    { line: 'f2f doctor', does: 'Checks everything; works with and without a running recorder.' },
    { line: 'f2f doctor --json | jq ".checks[] | select(.result==\\"failed\\")"', does: 'Shows a script what fails.' },
  ],
  async run({ home, api, io, style }) {
    const { check: configuration, config } = await checkConfig(home)
    const outside = [
      checkNode(),
      await checkHome(home),
      configuration,
      await checkDisk(home),
      await checkFfmpeg(config, io.env),
    ]
    const checks = [...outside, ...(await checkRecorder(home, api, io.env))]
    const ok = checks.every(({ result }) => result !== 'failed')
    return { json: { ok, checks }, text: checksText(checks, style), exitCode: ok ? 0 : 1 }
  },
})

/** The running recorder knows best; without one the environment has to do. */
async function checkRecorder(home: Home, api: Api, env: NodeJS.ProcessEnv): Promise<Check[]> {
  const name = 'Recorder'
  try {
    const daemon = await api.daemon()
    const application = await api.get<ApplicationView>('/application')
    const running: Check = {
      name,
      result: 'ok',
      detail: `version ${application.version} on ${daemon.url} (process ${daemon.pid}), ${application.state}`,
    }
    return [running, ...applicationChecks(application)]
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const { problem } = error
    const known = problem.code === 'NO_DAEMON' ? await absence(home, problem) : failure(name, problem)
    return [known, ...(await checkSession(env))]
  }
}

async function absence(home: Home, problem: Problem): Promise<Check> {
  const crashed = (await readDaemonFile(home)).state !== 'absent'
  return {
    name: 'Recorder',
    result: 'note',
    detail: crashed ? 'Not running; the last one ended without tidying up.' : 'Not running.',
    ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }),
  }
}

function failure(name: string, { title, detail, remedy, code }: Problem): Check {
  return {
    name,
    result: 'failed',
    detail: `${title}${detail ? `: ${detail}` : ''} (${code})`,
    ...(remedy === undefined ? {} : { remedy }),
  }
}

function applicationChecks({ errors, media, storage }: ApplicationView): Check[] {
  const problems = errors.map(
    ({ medium, message, code }): Check => ({
      name: medium ?? 'Error',
      result: 'failed',
      detail: `${message} (${code})`,
      remedy: 'Look at `f2f status` and at the recorder’s log.',
    }),
  )
  const devices = Object.entries(media).map(
    ([medium, { available, device, reason }]): Check =>
      available
        ? { name: medium, result: 'ok', detail: device?.label ?? 'available' }
        : {
            name: medium,
            result: 'failed',
            detail: reason ?? 'No device.',
            remedy: 'Connect or enable a device, then look with `f2f devices`.',
          },
  )
  const left = `${size(storage.freeBytes)} free, enough for ${duration(storage.recordableSeconds * 1000)} (h:mm:ss)`
  const log: Check =
    storage.log === 'readOnly'
      ? {
          name: 'Log',
          result: 'failed',
          detail: `The event log cannot be written; ${left}.`,
          remedy: 'Check the disk of the home folder; the recorder reopens its log by itself.',
        }
      : { name: 'Log', result: 'ok', detail: `${storage.log}; ${left}` }
  return [...problems, ...devices, log]
}

const MARKS = { ok: 'ok', note: 'note', failed: 'FAILED' }

function checksText(checks: readonly Check[], style: Style): string {
  const paint = { ok: style.good, note: style.warn, failed: style.bad }
  const rows = checks.flatMap(({ name, result, detail, remedy }) => [
    [paint[result](MARKS[result]), name, printable(detail)],
    ...(remedy === undefined ? [] : [['', '', `-> ${printable(remedy)}`]]),
  ])
  const failed = checks.filter(({ result }) => result === 'failed').length
  const sum = failed === 0 ? style.good('Nothing is wrong.') : style.bad(`${failed} of ${checks.length} checks failed.`)
  return `${columns(rows)}\n\n${sum}`
}
