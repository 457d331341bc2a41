import { ERRORS, type ErrorCode } from '../../contract/errors.ts'
import type { ApplicationView, ReadinessCheck, ReadinessView } from '../../contract/resources.ts'
import { WARNINGS, type WarningCode } from '../../contract/warnings.ts'
import { type Home, readDaemonFile } from '../../home.ts'
import type { Api } from '../api.ts'
import {
  type Check,
  checkConfig,
  checkDisk,
  checkFfmpeg,
  checkHome,
  checkNode,
  checkSession,
} from '../checks.ts'
import { defineCommand } from '../command.ts'
import { type Problem, ProblemError } from '../problem.ts'
import { columns, printable, type Style, wrap } from '../style.ts'

/** Width of what a check tells; with result and name it fits a line of 100. */
const DETAIL_COLUMNS = 76

/** Says what is wrong, and what to do. */
export const doctor = defineCommand({
  name: 'doctor',
  summary: 'check what the recorder needs, and say what to do',
  description: [
    'Asks a running recorder whether it is ready: its devices are opened for about half a second to see whether they ' +
      'deliver, how loud, whether muted or black; those of a recording under way are never opened. Besides: ffmpeg, disk, ' +
      'clock and log. Without a recorder it checks the disk, ffmpeg and what the session’s environment tells. In any case: ' +
      'Node.js, the home folder and the configuration.',
    'Exits 1 when a check fails. With --json: {"ok": …, "checks": [{name, result, detail, remedy}]}, result ok, note or failed.',
  ],
  options: {},
  examples: [
    { line: 'f2f doctor', does: 'Checks everything; works with and without a running recorder.' },
    {
      line: 'f2f doctor --json | jq ".checks[] | select(.result==\\"failed\\")"',
      does: 'Shows a script what fails.',
    },
  ],
  async run({ home, api, io, style }) {
    const { check: configuration, config } = await checkConfig(home)
    const recorder = await checkRecorder(api)
    const checks = [checkNode(), await checkHome(home), configuration]
    if (Array.isArray(recorder)) checks.push(...recorder)
    else {
      checks.push(await checkDisk(home, config), await checkFfmpeg(config, io.env))
      checks.push(
        recorder.code === 'NO_DAEMON'
          ? await absence(home, recorder)
          : failure('Recorder', recorder),
      )
      checks.push(...(await checkSession(io.env)), DEVICES_NOT_LOOKED_AT)
    }
    const ok = checks.every(({ result }) => result !== 'failed')
    return { json: { ok, checks }, text: checksText(checks, style), exitCode: ok ? 0 : 1 }
  },
})

const DEVICES_NOT_LOOKED_AT: Check = {
  name: 'Devices',
  result: 'note',
  detail: 'Not looked at: only the recorder opens devices.',
  remedy: 'Start the recorder (`f2f serve`), then ask again.',
}

/** Asks the running recorder about itself; else says why it does not answer. */
async function checkRecorder(api: Api): Promise<Check[] | Problem> {
  try {
    const daemon = await api.daemon()
    const application = await api.get<ApplicationView>('/application')
    const { version, state } = application
    const detail = `version ${version} on ${daemon.url} (process ${daemon.pid}), ${state}`
    const { checks } = await api.get<ReadinessView>('/readiness')
    return [
      { name: 'Recorder', result: 'ok', detail },
      ...otherErrors(application, checks),
      ...checks.map(checkOf),
    ]
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return error.problem
  }
}

/** Which check tells of an error of the application that belongs to no medium. */
const TOLD_BY: Partial<Record<string, readonly ReadinessCheck['id'][]>> = {
  STORAGE_FULL: ['disk', 'log'],
  STORAGE_LOW: ['disk'],
  STORAGE_UNAVAILABLE: ['disk', 'log'],
  CAPTURE_FAILED: ['encoder'],
}

/** Errors of the application that no check tells of. */
function otherErrors({ errors }: ApplicationView, checks: readonly ReadinessCheck[]): Check[] {
  const bad = checks.filter(({ result }) => result !== 'pass')
  return errors
    .filter(
      ({ code, medium }) =>
        !bad.some(
          (check) => check.medium === medium && (medium || TOLD_BY[code]?.includes(check.id)),
        ),
    )
    .map(({ medium, message, code }) => ({
      name: medium ?? 'Error',
      result: code in WARNINGS ? 'note' : 'failed',
      detail: `${message} (${code})`,
      remedy: code in WARNINGS ? WARNINGS[code as WarningCode][1] : ERRORS[code as ErrorCode][2],
    }))
}

const RESULTS = { pass: 'ok', warn: 'note', fail: 'failed' } as const
const NAMES = { encoder: 'Encoder', disk: 'Disk', clock: 'Clock', log: 'Log' } as const

function checkOf({ id, medium, result, detail, remedy }: ReadinessCheck): Check {
  const what = id in NAMES ? NAMES[id as keyof typeof NAMES] : id
  const name = medium === undefined ? what : id === 'device' ? medium : `${medium} ${what}`
  return { name, result: RESULTS[result], detail, ...(remedy === undefined ? {} : { remedy }) }
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

const MARKS = { ok: 'ok', note: 'note', failed: 'FAILED' }

function checksText(checks: readonly Check[], style: Style): string {
  const paint = { ok: style.good, note: style.warn, failed: style.bad }
  const rows = checks.flatMap(({ name, result, detail, remedy }) => {
    const [first = '', ...more] = wrap(printable(detail), DETAIL_COLUMNS).split('\n')
    const [todo, ...rest] =
      remedy === undefined ? [] : wrap(printable(remedy), DETAIL_COLUMNS - 3).split('\n')
    return [
      [paint[result](MARKS[result]), name, first],
      ...more.map((line) => ['', '', line]),
      ...(todo === undefined ? [] : [['', '', `-> ${todo}`]]),
      ...rest.map((line) => ['', '', `   ${line}`]),
    ]
  })
  const failed = checks.filter(({ result }) => result === 'failed').length
  const sum =
    failed === 0
      ? style.good('Nothing is wrong.')
      : style.bad(`${failed} of ${checks.length} checks failed.`)
  return `${columns(rows)}\n\n${sum}`
}
