import { resolve } from 'node:path'
import { recordingPath } from '../../client/client.ts'
import { assertCanWrite } from '../assert-can-write.ts'
import { defineCommand } from '../command.ts'
import { resolveRecordingId } from '../recording-id.ts'
import { saveComposed } from '../save-composed.ts'
import { size } from '../text/quantities.ts'

/** Writes a recording as one file. */
export const exportRecording = defineCommand({
  name: 'export',
  summary: 'Write a stopped recording as one MP4 file.',
  args: { usage: 'ID', min: 1, max: 1, completes: 'recording' },
  description: [
    'Writes screen, microphone and speaker in sync into one file that plays in browsers and VLC. Gaps are filled with silence ' +
      'and a card that names the reason, or cut where no track has media. Gaps, and tags set during the recording, become chapters: ' +
      'everyone who gets the file can read these tags. ID may be `current` once the recording is stopped, or `last`.',
    'Progress goes to stderr. Ctrl-C cancels the export and leaves nothing behind. With --json: {"recordingId", "file", ' +
      '"bytes", "sha256", "gaps", "audio"}.',
  ],
  options: {
    output: {
      kind: 'text',
      short: 'o',
      value: 'FILE',
      completes: 'file',
      help: 'File to write. Default: ID.mp4 in this folder.',
    },
    gaps: {
      kind: 'text',
      value: 'HOW',
      choices: ['fill', 'cut'],
      help: 'How gaps are exported: filled, or cut out. Default: fill.',
    },
    audio: {
      kind: 'text',
      value: 'HOW',
      choices: ['mix', 'split'],
      help: 'Microphone and speaker mixed, or one track each, as recorded. Default: mix.',
    },
    force: { kind: 'flag', help: 'Overwrite an existing file.' },
  },
  examples: [
    {
      line: 'f2f export current -o interview.mp4',
      does: 'Writes the recording that was just stopped.',
    },
    {
      line: 'f2f export ID --gaps cut --audio split',
      does: 'Leaves out the pauses and keeps the voices in separate tracks.',
    },
  ],
  async run({ args, options, api, io, json }) {
    const { gaps = 'fill', audio = 'mix', force = false } = options
    const { id } = await api.recording(await resolveRecordingId(api, args[0]))
    const file = resolve(options.output ?? `${id}.mp4`)
    await assertCanWrite(file, force)
    const downloaded = await saveComposed(
      { api, io, json },
      {
        ...{ recordingId: id, gaps, audio, path: file },
        request: (signal) => api.open(recordingPath(id, 'export'), { gaps, audio }, { signal }),
        interrupted: 'The export was interrupted.',
      },
    )
    return {
      json: { recordingId: id, file, ...downloaded, gaps, audio },
      text: `${file} (${size(downloaded.bytes)})`,
    }
  },
})
