import type { HoldView } from '../../contract/custody.ts'
import { defineCommand } from '../command.ts'
import { fetchAllItems } from '../connection/fetch-all-items.ts'
import { REASON_OPTION, reasonOf } from '../reason.ts'
import { resolveRecordingId } from '../recording-id.ts'
import { localTime } from '../text/quantities.ts'
import { printable, type Style } from '../text/style.ts'
import { type Column, table } from '../text/table.ts'

/** The id comes first: releasing needs it. */
const COLUMNS: Column[] = [{ rank: 0 }, { rank: 1 }, { rank: 2 }, { rank: 0, least: 12 }]

/** Shows the holds of a recording. */
export const holdShow = defineCommand({
  name: 'hold show',
  summary: 'Show the holds that keep a recording from erasure.',
  args: { usage: 'ID', min: 1, max: 1, completes: 'recording' },
  description: ['Shows those in force, oldest first. Released ones are among `f2f events`.'],
  options: {},
  examples: [{ line: 'f2f hold show 0c2f', does: 'Shows the holds of a recording.' }],
  async run({ args, api, style }) {
    const id = await resolveRecordingId(api, args[0])
    const holds = await fetchAllItems((query) => api.holds(id, query))
    return { json: { items: holds, nextCursor: null }, text: holdsText(holds, style) }
  },
})

/** Places a hold. */
export const holdPlace = defineCommand({
  name: 'hold place',
  summary: 'Keep a recording from erasure until the hold is released.',
  args: { usage: 'ID', min: 1, max: 1, completes: 'recording' },
  description: [
    'Neither a person nor retention can erase the recording while a hold stands. Several may stand at once. A recording that is ' +
      'not closed can be held, too. `f2f hold ID --reason TEXT` is short for this command.',
    'Other users of this computer can see your command lines: with `--reason -` the reason comes from stdin. It is sealed with the key of the recording.',
  ],
  options: { reason: REASON_OPTION },
  examples: [
    { line: 'f2f hold place 0c2f --reason "Claim 2026-117"', does: 'Places a hold.' },
    { line: 'f2f hold 0c2f --reason - < reason.txt', does: 'Reads the reason from a file.' },
  ],
  async run({ args, options, api, io, style }) {
    const reason = await reasonOf(options.reason, io)
    const id = await resolveRecordingId(api, args[0])
    const recording = await api.hold(id, reason)
    const holdId = recording.holds.at(-1)?.id ?? ''
    return {
      json: recording,
      text: `Recording ${style.strong(recording.id)} is on hold: ${style.strong(holdId)}.`,
      note: `f2f hold release ${recording.id} ${holdId} releases it.`,
    }
  },
})

/** Releases a hold. */
export const holdRelease = defineCommand({
  name: 'hold release',
  summary: 'Release a hold of a recording.',
  args: { usage: 'ID HOLD', min: 2, max: 2, completes: 'recording' },
  description: [
    '`f2f hold show` shows the holds with their ids; the beginning of an id is enough. With `holds.releaseBy: "other"` in config.json, whoever placed a hold ' +
      'cannot release it.',
  ],
  options: { reason: REASON_OPTION },
  examples: [
    {
      line: 'f2f hold release 0c2f b0a0 --reason "The claim is settled."',
      does: 'Releases one hold. Others stay in force.',
    },
  ],
  async run({ args, options, api, io, style }) {
    const reason = await reasonOf(options.reason, io)
    const id = await resolveRecordingId(api, args[0])
    const { holds } = await api.recording(id)
    const wanted = args[1] as string
    const fitting = holds.filter((hold) => hold.id.startsWith(wanted))
    const holdId = fitting.length === 1 ? fitting[0]!.id : wanted
    const recording = await api.releaseHold(id, holdId, reason)
    const left = recording.holds.length
    const more = left === 0 ? 'None is left' : left === 1 ? 'One is left' : `${left} are left`
    return {
      json: recording,
      text: `The hold ${style.strong(holdId)} is released. ${more}.`,
    }
  },
})

function holdsText(holds: readonly HoldView[], style: Style): string {
  if (holds.length === 0) return 'No hold keeps the recording.'
  const rows = holds.map(({ id, at, by, reason }) => [
    id,
    style.weak(localTime(at)),
    style.weak(`${by.side}/${printable(by.client)}`),
    printable(reason),
  ])
  return table(COLUMNS, rows, { style, indent: '' })
}
