import { resolve } from 'node:path'
import { PAGE_LANGUAGES } from '../../contract/configuration.ts'
import { assertCanWrite } from '../assert-can-write.ts'
import { defineCommand } from '../command.ts'
import { resolveRecordingId } from '../recording-id.ts'
import { saveComposed } from '../save-composed.ts'
import { size } from '../text/quantities.ts'

/** The playable file of a bundle is made with these. */
const PLAYABLE = { gaps: 'fill', audio: 'mix' }
/** The media are in a bundle twice: as they are stored, and in the playable file. */
const COPIES = 2
const SMALL_FILES_BYTES = 200_000

/** Writes a recording with all that proves it. */
export const bundle = defineCommand({
  name: 'bundle',
  summary: 'Write a closed recording, with all that proves it, as one ZIP file.',
  args: { usage: 'ID', min: 1, max: 1, completes: 'recording' },
  description: [
    'The ZIP file has everything about one recording, and nothing of any other: a report for people (report.html), ' +
      'its events with the proof that they are in the log, its encrypted segments and the key that opens them, one playable file, ' +
      'and verify.py, which checks all of it with nothing but Python. ID may be `last`.',
    'Whoever has the file can read the recording, for ever: keep it safe. Making it is recorded as an access. ' +
      'Progress goes to stderr. Ctrl-C ends it and leaves nothing behind. With --json: {"recordingId", "file", "bytes", "sha256"}.',
  ],
  options: {
    output: {
      kind: 'text',
      short: 'o',
      value: 'FILE',
      completes: 'file',
      help: 'File to write. Default: ID-bundle.zip in this folder.',
    },
    lang: {
      kind: 'text',
      value: 'LANGUAGE',
      choices: PAGE_LANGUAGES,
      help: 'Language of the report. Default: en.',
    },
    force: { kind: 'flag', help: 'Overwrite an existing file.' },
  },
  examples: [
    { line: 'f2f bundle last', does: 'Writes the newest recording, which is closed.' },
    {
      line: 'f2f bundle ID -o complaint-4711.zip --lang de',
      does: 'Writes a recording under another name, with a German report.',
    },
  ],
  async run({ args, options, api, io, json }) {
    const recording = await api.recording(await resolveRecordingId(api, args[0]))
    const { id: recordingId } = recording
    const lang = options.lang
    const file = resolve(options.output ?? `${recordingId}-bundle.zip`)
    await assertCanWrite(file, options.force ?? false)
    const media = Object.values(recording.tracks).reduce((sum, { bytes }) => sum + bytes, 0)
    const downloaded = await saveComposed(
      { api, io, json },
      {
        ...{ recordingId, ...PLAYABLE, path: file },
        estimatedBytes: COPIES * media + SMALL_FILES_BYTES,
        request: (signal) =>
          api.bundle(recordingId, lang === undefined ? {} : { lang }, { signal }),
        interrupted: 'The bundle was interrupted.',
      },
    )
    return {
      json: { recordingId, file, ...downloaded },
      text: `${file} (${size(downloaded.bytes)})`,
      note: 'The file contains the key of the recording. Keep it safe.',
    }
  },
})
