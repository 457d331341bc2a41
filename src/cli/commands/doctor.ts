import { ERRORS, type ErrorCode } from '../../contract/errors.ts'
import type { ApplicationView, CaptureServers, ReadinessCheck } from '../../contract/views.ts'
import { WARNINGS, type WarningCode } from '../../contract/warnings.ts'
import { readDaemonFile } from '../../home/daemon-file.ts'
import type { Home } from '../../home/home.ts'
import { defineCommand } from '../command.ts'
import type { Api } from '../connection/api.ts'
import {
  type Check,
  checkConfig,
  checkDisk,
  checkFfmpeg,
  checkHome,
  checkNode,
  checkSession,
} from '../doctor/checks.ts'
import { serverChecks } from '../doctor/server-checks.ts'
import { localProblem, type Problem } from '../problem.ts'
import { knownProblem } from '../text/problem-text.ts'
import { printable, type Style, wrap } from '../text/style.ts'

/** Checks what the recorder needs, and shows what to do. */
export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Check whether this computer is ready to record, and what to do if not.',
  description: [
    'Always checks Node.js, the home folder and the configuration. A running recorder also checks itself: its devices, ' +
      'ffmpeg, disk, clock and log, its keys, and whether it notices a locked screen. It names the sound server, and says how the screen is captured and why. It opens each device for about half a second to see whether it delivers, how loud it is, ' +
      'and whether it is muted or black. It never opens devices of a recording under way. Without a running recorder, ' +
      'doctor checks the disk, ffmpeg and the environment of the session.',
    'The exit code is 1 if a check fails. With --json: {"ok": …, "checks": [{name, result, detail, remedy}]}; result is ok, note or failed. ' +
      'On Linux a running recorder adds `servers`: the sound server, and how and from what the screen is captured.',
  ],
  options: {},
  examples: [
    { line: 'f2f doctor', does: 'Checks everything; works with and without a running recorder.' },
    {
      line: 'f2f doctor --json | jq ".checks[] | select(.result==\\"failed\\")"',
      does: 'Prints the failed checks for a script.',
    },
  ],
  async run({ home, api, io, style }) {
    const { check: configuration, config } = await checkConfig(home)
    const recorder = await checkRecorder(api)
    const checks = [checkNode(), await checkHome(home), configuration]
    if (!('code' in recorder)) checks.push(...recorder.checks)
    else {
      checks.push(await checkDisk(home, config), await checkFfmpeg(config, io.env))
      checks.push(
        recorder.code === 'NO_DAEMON'
          ? await notRunning(home, recorder)
          : failedCheck('Recorder', recorder),
      )
      checks.push(...(await checkSession(home, io.env)), DEVICES_NOT_CHECKED)
    }
    const ok = checks.every(({ result }) => result !== 'failed')
    const servers = 'code' in recorder ? {} : recorder.servers && { servers: recorder.servers }
    const json = { ok, checks, ...servers }
    return { json, text: checksText(checks, style), exitCode: ok ? 0 : 1 }
  },
})

const DEVICES_NOT_CHECKED: Check = {
  name: 'Devices',
  result: 'note',
  detail: 'The devices were not checked. Only a running recorder opens them.',
  remedy: 'Start the recorder with `f2f serve`, then run `f2f doctor` again.',
}

/** Results of a running recorder, and the servers from which it captures. */
interface RecorderReport {
  checks: Check[]
  servers?: CaptureServers
}

/** A healthy recorder takes 2 s to check its devices, and more on a busy machine. */
const ANSWER_LIMIT_MS = 20_000

/**
 * Returns the checks of the running recorder, or the problem if it does not answer, or not within
 * the limit.
 */
export async function checkRecorder(
  patientApi: Api,
  limitMs = ANSWER_LIMIT_MS,
): Promise<RecorderReport | Problem> {
  const limit = AbortSignal.timeout(limitMs)
  const api = patientApi.until(limit)
  let pid: number | undefined
  try {
    const daemon = await api.daemon()
    pid = daemon.pid
    const application = await api.application()
    const { version, state } = application
    const detail = `Version ${version} runs on ${daemon.url} (process ${daemon.pid}). Its state is ${state}.`
    const { checks, servers } = await api.readiness()
    const all = [
      { name: 'Recorder', result: 'ok', detail } as const,
      ...(servers ? serverChecks(servers) : []),
      ...uncheckedErrors(application, checks),
      ...checks.map(toCheck),
    ]
    return { checks: all, ...(servers && { servers }) }
  } catch (error) {
    const problem =
      limit.aborted && pid !== undefined ? unanswered(pid, limitMs) : knownProblem(error)
    if (problem === undefined) throw error
    return problem
  }
}

function unanswered(pid: number, limitMs: number): Problem {
  return localProblem('NO_ANSWER', 'The recorder does not answer.', {
    detail: `Process ${pid} has not answered within ${limitMs / 1000} seconds.`,
    remedy: `Try again in a moment. If it still does not answer, end process ${pid} and start the recorder again: what has been recorded is kept.`,
  }).problem
}

/** The checks that report an error of the application without a medium. */
const REPORTED_BY: Partial<Record<string, readonly ReadinessCheck['id'][]>> = {
  STORAGE_FULL: ['disk', 'log'],
  STORAGE_LOW: ['disk'],
  DISK_MISSING: ['disk'],
  STORAGE_UNAVAILABLE: ['disk', 'log'],
  CAPTURE_FAILED: ['encoder'],
  KEY_UNAVAILABLE: ['key'],
}

/** Returns the errors of the application that no check reports. */
function uncheckedErrors({ errors }: ApplicationView, checks: readonly ReadinessCheck[]): Check[] {
  const findings = checks.filter(({ result }) => result !== 'pass')
  return errors
    .filter(
      ({ code, medium }) =>
        !findings.some(
          (check) => check.medium === medium && (medium || REPORTED_BY[code]?.includes(check.id)),
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
const NAMES = {
  ...{ encoder: 'Encoder', disk: 'Disk', clock: 'Clock', log: 'Log', key: 'Key' },
  lock: 'Screen lock',
} as const

function toCheck({ id, medium, result, detail, remedy }: ReadinessCheck): Check {
  const aspect = id in NAMES ? NAMES[id as keyof typeof NAMES] : id
  const name = medium === undefined ? aspect : id === 'device' ? medium : `${medium} ${aspect}`
  return { name, result: RESULTS[result], detail, ...(remedy === undefined ? {} : { remedy }) }
}

async function notRunning(home: Home, problem: Problem): Promise<Check> {
  const crashed = (await readDaemonFile(home)).state !== 'absent'
  return {
    name: 'Recorder',
    result: 'note',
    detail: crashed
      ? 'No recorder is running. The last one crashed or was killed.'
      : 'No recorder is running.',
    ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }),
  }
}

function failedCheck(name: string, { title, detail, remedy, code }: Problem): Check {
  return {
    name,
    result: 'failed',
    detail: `${title}${detail ? ` ${detail}` : ''} (${code})`,
    ...(remedy === undefined ? {} : { remedy }),
  }
}

const MARKS = { ok: 'ok', note: 'note', failed: 'FAILED' }
const MARK_COLUMNS = 6
/**
 * A detail in fewer columns than this is hard to read, as is a path that is broken. It stands below
 * the name instead.
 */
const LEAST_DETAIL_COLUMNS = 36

function checksText(checks: readonly Check[], style: Style): string {
  const paint = { ok: style.good, note: style.warn, failed: style.bad }
  const nameColumns = Math.max(...checks.map(({ name }) => name.length))
  const indent = ' '.repeat(MARK_COLUMNS + nameColumns + 4)
  const words = checks.flatMap(({ detail }) => detail.split(' ').map((word) => word.length))
  const isBeside = style.columns - indent.length >= Math.max(LEAST_DETAIL_COLUMNS, ...words)
  const lines = checks.flatMap(({ name, result, detail, remedy }) => {
    const mark = paint[result](MARKS[result]) + ' '.repeat(MARK_COLUMNS - MARKS[result].length)
    const head = `${mark}  ${name}`
    const below = explanation({ detail, remedy }, style, isBeside ? indent : '    ')
    if (!isBeside) return [head, ...below]
    const [first = '', ...more] = below
    return [`${head}${' '.repeat(nameColumns - name.length)}  ${first.trimStart()}`, ...more]
  })
  const failed = checks.filter(({ result }) => result === 'failed').length
  const summary =
    failed === 0
      ? style.good('No check failed.')
      : style.bad(`${failed} of ${checks.length} checks failed.`)
  return `${lines.join('\n')}\n\n${summary}`
}

/** Returns the lines of a check's detail and of its remedy. */
function explanation(
  { detail, remedy }: Pick<Check, 'detail'> & { remedy: string | undefined },
  { width }: Style,
  indent: string,
): string[] {
  const remedyLines =
    remedy === undefined ? [] : wrap(printable(remedy), width - 3, indent).split('\n')
  return [
    ...wrap(printable(detail), width, indent).split('\n'),
    ...remedyLines.map((line, index) =>
      line.replace(indent, `${indent}${index === 0 ? '-> ' : '   '}`),
    ),
  ]
}
