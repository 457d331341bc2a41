import type { RetentionPage, RetentionStatus } from '../../client/types.ts'
import { defineCommand, type Io } from '../command.ts'
import { confirm } from '../confirm.ts'
import { UsageError } from '../problem.ts'
import { localTime } from '../text/quantities.ts'
import { printable, type Style, wrap } from '../text/style.ts'
import { type Column, table } from '../text/table.ts'

/** Recording, when, rule, holds. */
const COLUMNS: Column[] = [{ rank: 0 }, { rank: 0 }, { rank: 1, least: 8 }, { rank: 0 }]

const EXCLUSIVE = ['dry-run', 'confirm-clock', 'confirm-holds'] as const

const CONFIRMATIONS = {
  'confirm-clock': {
    question: () => `Is it ${localTime(new Date().toISOString())} now?`,
    unasked: 'Give --yes if the date is right.',
    confirmed: 'The clock is confirmed.',
  },
  'confirm-holds': {
    question: () => 'Are all lost holds placed again?',
    unasked: 'Give --yes if all lost holds are placed again.',
    confirmed: 'The holds are confirmed.',
  },
}

/** Shows what retention will erase. */
export const retention = defineCommand({
  name: 'retention',
  summary: 'Show what the rules of retention will erase, when and why.',
  description: [
    'Shows the recordings that will be erased, the next first. The recorder applies the rules of config.json itself, at each start ' +
      'and daily; this command never erases anything. Recordings that are kept for ever are not shown, and those on hold stay.',
    'If the clock of the computer has jumped by more than a day, the recorder erases nothing until somebody confirms the clock with --confirm-clock. ' +
      'Do it only if the date is right. After an absence of a week at most, the recorder also goes on by itself once its clock has run for four hours without being set.',
    'If the recorder was started with f2f serve --accept-lost-witness, it erases nothing either, because the log may have lost holds. Place them again, then confirm that with --confirm-holds.',
  ],
  options: {
    'dry-run': { kind: 'flag', help: 'Show only. The command does so anyway.' },
    'confirm-clock': { kind: 'flag', help: 'Confirm that the date of this computer is right.' },
    'confirm-holds': { kind: 'flag', help: 'Confirm that lost holds are placed again.' },
    yes: { kind: 'flag', help: 'Do not ask.' },
    limit: {
      kind: 'number',
      value: 'NUMBER',
      help: 'Show at most this many (default: 100).',
      min: 1,
      max: 1000,
    },
  },
  examples: [
    { line: 'f2f retention', does: 'Shows what will be erased, and when.' },
    { line: 'f2f retention --confirm-clock', does: 'Confirms the date, and lets retention go on.' },
  ],
  async run({ options, json, api, io, style }) {
    const chosen = EXCLUSIVE.filter((name) => options[name])
    if (chosen.length > 1) throw new UsageError(`--${chosen.join(' and --')} exclude each other.`)
    const [name] = chosen
    if (name !== undefined && name !== 'dry-run') {
      const { question, unasked, confirmed } = CONFIRMATIONS[name]
      if (!options.yes && !(await isConfirmed(question(), unasked, json, io)))
        return { json: null, text: 'Nothing was confirmed.', exitCode: 1 }
      const status = await api[name === 'confirm-clock' ? 'confirmClock' : 'confirmHolds']()
      const goesOn = status.waiting === null ? 'Retention goes on.' : waitingText(status)
      return { json: status, text: `${confirmed} ${goesOn}` }
    }
    const page = await api.retention(options.limit === undefined ? {} : { limit: options.limit })
    const waiting = waitingText(page)
    const warned = waiting === '' ? '' : style.warn(wrap(waiting, style.columns))
    const text = [warned, itemsText(page, style)].filter((part) => part !== '')
    return {
      json: page,
      text: text.join('\n\n'),
      ...(page.nextCursor === null ? {} : { note: 'There are more. --limit shows them.' }),
    }
  },
})

async function isConfirmed(
  question: string,
  unasked: string,
  json: boolean,
  io: Io,
): Promise<boolean> {
  if (json || !io.stdin.isTTY) throw new UsageError(`This needs a terminal to ask on. ${unasked}`)
  return confirm(question, io)
}

function waitingText({ waiting, due }: RetentionStatus): string {
  if (waiting === null) return ''
  const [from, to] = [localTime(waiting.from), localTime(waiting.to)]
  if (waiting.reason === 'contradicted')
    return `Nothing is erased, because an outside witness has contradicted the log since ${from}: it was put back to an earlier state, and holds may be missing. ${due} wait. Find out what has happened, and place them again. Then start once with f2f serve --accept-contradicted-log.`
  return waiting.reason === 'clock'
    ? `Nothing is erased, because the clock may be wrong: it says ${to}, but the newest time that is sure is ${from}. ${due} wait. If the date is right, run f2f retention --confirm-clock.`
    : `Nothing is erased, because the log has lost its end: holds that were placed after ${from} may be missing. ${due} wait. Place them again, then run f2f retention --confirm-holds.`
}

function itemsText({ items }: RetentionPage, style: Style): string {
  if (items.length === 0) return 'The rules of retention will erase no recording.'
  const rows = items.map(({ recordingId, eraseAt, rule, holds }) => [
    recordingId,
    localTime(eraseAt),
    rule === null ? style.weak('maxDays') : printable(rule),
    holds === 0 ? '' : style.warn('on hold'),
  ])
  return table(COLUMNS, rows, { style, indent: '' })
}
