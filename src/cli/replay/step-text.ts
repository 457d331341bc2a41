/** Formats a recording as it was at a moment, for people. */
import type { By } from '../../contract/by.ts'
import { MEDIA } from '../../contract/media.ts'
import type { MachineChange, RefusalReason, ReplayState } from '../../contract/replay.ts'
import type { RecordingView } from '../../contract/views.ts'
import { fillLines } from '../text/fill-lines.ts'
import { localTime } from '../text/quantities.ts'
import { clientTags, stateText } from '../text/recording-text.ts'
import { printable, type Style, wrap } from '../text/style.ts'
import { displayWidth, shorten } from '../text/text-width.ts'
import { twoColumns } from '../text/two-columns.ts'

/** Formats all of a moment: the event, what it changed, and the state after it. */
export function stepText(state: ReplayState, style: Style): string {
  const { refusal, changes } = state
  const blocks = [
    eventText(state, style),
    refusal === null ? '' : refusalText(state, refusal, style),
    changes.length === 0
      ? ''
      : block(
          'Changed',
          changes.map((change) => wrap(changeText(change), style.columns, '  ')).join('\n'),
          style,
        ),
    block(state.event === null ? 'State' : 'State after it', statesText(state, style), style),
    block('Allowed next', allowedText(state, style), style),
  ]
  return blocks.filter((text) => text !== '').join('\n')
}

/**
 * Formats a moment in a line for its event, and further ones for what is different than at the
 * moment before.
 */
export function stepLines(state: ReplayState, before: ReplayState, style: Style): string {
  const { event, index, count, refusal, changes } = state
  if (event === null) return ''
  const data = JSON.stringify(event.data)
  const head = [
    `${String(index).padStart(String(count).length)}/${count}`,
    `#${event.position}`,
    style.weak(preciseTime(event.at)),
    style.strong(event.type),
    whoText(event.by),
    data === '{}' ? '' : printable(data),
  ]
  const isAllowedNew =
    JSON.stringify(state.allowedCommands) !== JSON.stringify(before.allowedCommands)
  const narrow = { ...style, columns: style.columns - 4 }
  const lines = [
    ...fillLines(
      head.filter((part) => part !== ''),
      style.columns,
    ),
    ...(refusal === null ? [] : indented(refusalText(state, refusal, narrow))),
    ...changes.flatMap((change) => indented(wrap(changeText(change), narrow.columns))),
    ...(changes.length === 0 ? [] : indented(wrap(`now ${statesLine(state)}`, narrow.columns))),
    ...(isAllowedNew ? indented(wrap(`may ${allowedLine(state)}`, narrow.columns)) : []),
  ]
  return lines.join('\n')
}

function eventText({ event, index, count }: ReplayState, style: Style): string {
  if (event === null) return `Before the first of ${count} events.`
  const head = [
    `Event ${index} of ${count}`,
    `position ${event.position}`,
    preciseTime(event.at),
    `${whoText(event.by)} (user ${printable(event.by.user)})`,
  ]
  const data = dataRows(event.data)
  return [
    style.weak(wrap(head.join(', '), style.columns)),
    style.strong(event.type),
    ...(data.length === 0 ? [] : [limited(twoColumns(data, style), style)]),
  ].join('\n')
}

/** Lists the data of an event; a device or tags take a row for each of their members. */
function dataRows(data: object, parent = ''): string[][] {
  return Object.entries(data).flatMap(([name, value]): string[][] => {
    if (parent === '' && typeof value === 'object' && value !== null && !Array.isArray(value))
      return dataRows(value, `${name}.`)
    const text = Array.isArray(value) ? value.join(', ') : value
    return [
      [
        `  ${printable(parent + name)}`,
        printable(typeof text === 'string' ? text : JSON.stringify(text)),
      ],
    ]
  })
}

/** Formats a refusal so that nobody overlooks it. */
function refusalText(state: ReplayState, refusal: RefusalReason, style: Style): string {
  const { event, allowedCommands } = state
  const { command, code, machine, medium, reason } = refusal
  const count = event?.type === 'command.refused' ? (event.data.count ?? 1) : 1
  const times = count === 1 ? '' : ` ${count} times`
  const who = event === null ? refusal.side : whoText(event.by)
  const rows = [
    ['  wanted', `${who}: ${command}${times}`],
    ...(machine === null
      ? [['  machine', 'none: another check refused']]
      : [['  machine', machine + (medium === null ? '' : ` of ${medium}`)]]),
    ...(refusal.state === null ? [] : [['  in state', refusal.state]]),
    ...(machine === null
      ? []
      : [['  guard', refusal.guard ?? 'none: the state has no transition']]),
    ['  reason', printable(reason)],
    ...(refusal.side === 'system'
      ? []
      : [['  allowed', allowedCommands[refusal.side].join(', ') || 'nothing']]),
  ]
  return `${style.bad(`REFUSED: ${code}`)}\n${limited(twoColumns(rows, style), style)}`
}

/** Formats a change of a machine in one line. */
function changeText({ machine, medium, from, to, fact }: MachineChange): string {
  const name = medium === null ? machine : `${machine} ${medium}`
  return from === to ? `${name}: stays ${to} (${fact})` : `${name}: ${from} → ${to} (${fact})`
}

function statesText({ machines, recording, machinesVersion }: ReplayState, style: Style): string {
  const { control, session, tracks } = machines
  const rows = [
    ['  control', control.value],
    ['  session', session.value],
    ...MEDIA.map((medium) => [`  ${medium}`, trackText(tracks[medium].value, style)]),
    ['  clients', recording === null ? 'see no recording' : viewText(recording, style)],
    ['  machines', `of version ${machinesVersion}`],
  ]
  return limited(twoColumns(rows, style), style)
}

/** The state that clients saw, with what else their view says. */
function viewText({ state, controller, version, tags, wrapUp }: RecordingView, style: Style) {
  const tagCount = clientTags(tags).length
  return [
    `see ${stateText(state, style)}`,
    `${controller} has control`,
    `version ${version}`,
    ...(tagCount === 0 ? [] : [tagCount === 1 ? '1 tag' : `${tagCount} tags`]),
    ...(wrapUp === null ? [] : [`wrap-up until ${localTime(wrapUp.endsAt)}`]),
  ].join(', ')
}

function trackText(state: string, style: Style): string {
  if (state === 'recording') return style.good(state)
  if (state === 'failed') return style.bad(state)
  return state === 'off' || state === 'stopped' ? style.weak(state) : style.warn(state)
}

function statesLine({ machines: { control, session, tracks } }: ReplayState): string {
  const states = MEDIA.map((medium) => `${medium} ${tracks[medium].value}`)
  return [`control ${control.value}`, `session ${session.value}`, ...states].join(', ')
}

function allowedText({ allowedCommands }: ReplayState, style: Style): string {
  const rows = (['api', 'ui'] as const).map((side) => [
    `  ${side}`,
    allowedCommands[side].join(', ') || 'nothing',
  ])
  return twoColumns(rows, style)
}

function allowedLine({ allowedCommands: { api, ui } }: ReplayState): string {
  return `api: ${api.join(', ') || 'nothing'}; ui: ${ui.join(', ') || 'nothing'}`
}

function whoText({ side, client }: By): string {
  return `${side}/${printable(client)}`
}

/** Local time to the millisecond: steps follow each other quickly. */
function preciseTime(at: string): string {
  return `${localTime(at)}.${at.slice(20, 23)}`
}

function block(title: string, body: string, style: Style): string {
  return `${style.weak(title)}\n${limited(body, style)}`
}

/** Shortens what cannot be broken, such as a hash. */
function limited(text: string, style: Style): string {
  return text
    .split('\n')
    .map((line) => fitted(line, style))
    .join('\n')
}

function fitted(line: string, { columns }: Style): string {
  return displayWidth(line) <= columns ? line : shorten(line, columns)
}

function indented(text: string): string[] {
  return text.split('\n').map((line) => `    ${line}`)
}
