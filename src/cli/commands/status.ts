import type { OutsiderView } from '../../contract/outsiders.ts'
import type { ApplicationView, RecordingAnswer } from '../../contract/views.ts'
import { defineCommand } from '../command.ts'
import type { Api } from '../connection/api.ts'
import { duration, localTime, size } from '../text/quantities.ts'
import { clientTags, recordingText, tagsText } from '../text/recording-text.ts'
import { printable, type Style } from '../text/style.ts'
import { twoColumns } from '../text/two-columns.ts'
import { type Status, watchStatus } from '../watch-status.ts'

/** Shows the application and the current recording. */
export const status = defineCommand({
  name: 'status',
  summary: 'Show what the recorder is doing.',
  description: [
    'Shows the state of the recorder, its errors and missing media, and the current recording: each track with its ' +
      'recorded time and its level. With --json: {"application": …, "recording": … or null, "outsiders": […]}.',
    'With --watch, a terminal shows the state as it changes. Elsewhere each change is one line, with --json one line of JSON.',
  ],
  options: { watch: { kind: 'flag', short: 'w', help: 'Go on showing the state, until Ctrl-C.' } },
  examples: [
    { line: 'f2f status', does: 'Shows the state at this moment.' },
    { line: 'f2f status --watch', does: 'Shows the state as it changes.' },
    {
      line: 'f2f status --json | jq -r .application.state',
      does: 'Prints Idle, Recording or Error for a script.',
    },
  ],
  async run({ options, api, io, json, style }) {
    if (options.watch) {
      await watchStatus(api, { io, json, style, fetchStatus, statusText })
      return null
    }
    const shown = await fetchStatus(api)
    return { json: shown, text: statusText(shown, style) }
  },
})

async function fetchStatus(api: Api): Promise<Status> {
  const [application, { items }] = await Promise.all([api.application(), api.outsiders()])
  const recording = application.recording && (await api.current())
  return { application, recording, outsiders: items }
}

function statusText({ application, recording, outsiders }: Status, style: Style): string {
  const paint = { Idle: style.strong, Recording: style.good, Error: style.bad }[application.state]
  const { freeBytes, recordableSeconds } = application.storage
  const missing = Object.entries(application.media).filter(([, medium]) => !medium.available)
  const rows = [
    ['State', paint(application.state)],
    ...application.errors.map(({ code, medium, message, since }) => [
      'Error',
      style.bad(
        `${medium ? `${medium}: ` : ''}${printable(message)} (${code}, since ${localTime(since)})`,
      ),
    ]),
    ...missing.map(([medium, { reason }]) => [
      'Missing',
      style.warn(`${medium}${reason === undefined ? '' : `: ${printable(reason)}`}`),
    ]),
    [
      'Storage',
      `${size(freeBytes)} free, enough for ${duration(recordableSeconds * 1000)} (h:mm:ss); log ${logText(application.storage)}`,
    ],
    ...outsiders.map((outsider) => [OUTSIDERS[outsider.kind], outsiderText(outsider, style)]),
    ['Version', application.version],
    ...(recording === null ? [] : [['Control', controlText(recording)]]),
    ['You may', application.allowedCommands.join(', ') || 'only read'],
  ]
  const parts = [twoColumns(rows, style)]
  if (recording !== null) parts.push(recordingText(recording, style))
  const tags = clientTags(recording?.tags ?? [])
  if (tags.length > 0) parts.push(`Tags\n${tagsText(tags, style)}`)
  return parts.join('\n\n')
}

const OUTSIDERS = { witness: 'Witness', timestampAuthority: 'Timestamp' } as const

function outsiderText({ name, confirmed, problem }: OutsiderView, style: Style): string {
  const remembered =
    confirmed === null
      ? 'nothing confirmed yet'
      : `${confirmed.size} events confirmed ${localTime(confirmed.at)}`
  const text = `${printable(name)}: ${remembered}`
  if (problem === null) return text
  const since = `(${problem.code}, since ${localTime(problem.since)})`
  return style.bad(`${text}. ${printable(problem.message)} ${since}`)
}

function logText({ log, verification }: ApplicationView['storage']): string {
  if (verification === undefined) return log
  const { done, total } = verification
  return `${log} (${done} of ${total} events)`
}

function controlText({ startedBy, startedAt }: RecordingAnswer): string {
  return `${startedBy.side}, by ${printable(startedBy.client)} (user ${printable(startedBy.user)}) since ${localTime(startedAt)}`
}
