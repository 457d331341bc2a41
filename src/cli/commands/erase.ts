import type { RecordingWithHistory } from '../../client/types.ts'
import { defineCommand, type Io } from '../command.ts'
import { confirm } from '../confirm.ts'
import { UsageError } from '../problem.ts'
import { REASON_OPTION, reasonOf } from '../reason.ts'
import { resolveRecordingId } from '../recording-id.ts'
import { duration, localTime } from '../text/quantities.ts'
import { printable, type Style } from '../text/style.ts'

/** Erases a closed recording. */
export const erase = defineCommand({
  name: 'erase',
  summary: 'Erase a closed recording for ever.',
  args: { usage: 'ID', min: 1, max: 1, completes: 'recording' },
  description: [
    'Destroys the key of the recording, then removes its files. Its facts stay in the log, without tags, notes and names of ' +
      'devices. Nobody can undo this, but old backups of the keys can: run `f2f key rotate` afterwards, and destroy the old backups.',
    'The reason stays in the log for everybody who reads it, so it must not name a person. A recording on hold is not erased.',
  ],
  options: {
    reason: REASON_OPTION,
    yes: { kind: 'flag', help: 'Do not ask.' },
  },
  examples: [
    {
      line: 'f2f erase 0c2f --reason "The customer asked for it."',
      does: 'Asks whether it is the right recording, then erases it.',
    },
  ],
  async run({ args, options, json, api, io, style }) {
    const reason = await reasonOf(options.reason, io)
    const id = await resolveRecordingId(api, args[0])
    const before = await api.recording(id)
    if (!options.yes && !before.erased && !(await isConfirmed(before, json, io, style)))
      return { json: before, text: 'Nothing was erased.', exitCode: 1 }
    const recording = await api.erase(before.id, reason)
    return {
      json: recording,
      text: `Recording ${style.strong(recording.id)} is erased.`,
      note: 'Older backups of the keys still open it. Run f2f key rotate, and destroy the old backups.',
    }
  },
})

async function isConfirmed(
  recording: RecordingWithHistory,
  json: boolean,
  io: Io,
  style: Style,
): Promise<boolean> {
  if (json || !io.stdin.isTTY)
    throw new UsageError('This needs a terminal to ask on. Give --yes to erase the recording.')
  const { id, startedAt, startedBy, tracks } = recording
  const lasts = Math.max(0, ...Object.values(tracks).map(({ recordedMs }) => recordedMs))
  const what = `Recording ${style.strong(id)} of ${localTime(startedAt)} by ${printable(startedBy.client)}, ${duration(lasts)} long`
  return confirm(`${what}, will be erased for ever. Go on?`, io)
}
