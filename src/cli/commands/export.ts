import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { RecordingAnswer } from '../../contract/resources.ts'
import { path } from '../api.ts'
import { defineCommand } from '../command.ts'
import { receive } from '../download.ts'
import { createMeter, followExport } from '../export-progress.ts'
import { interruption } from '../interruption.ts'
import { localProblem } from '../problem.ts'
import { size } from '../quantities.ts'

/** Writes a recording as one file. */
export const exportRecording = defineCommand({
  name: 'export',
  summary: 'write a stopped recording as one MP4 file',
  args: { usage: 'ID', min: 1, max: 1 },
  description: [
    'Screen, microphone and speaker in sync, in a file that plays in browsers and VLC. Gaps are filled with silence and a ' +
      'card that names the reason, or cut where no track has media. Tags set while it was recorded, and gaps, are chapters: ' +
      'mind who is given the file. ID may be `current`, once it is stopped.',
    'Progress goes to stderr. Ctrl-C ends the making and leaves nothing behind. With --json: {"recordingId", "file", ' +
      '"bytes", "sha256", "gaps", "audio"}.',
  ],
  options: {
    output: {
      kind: 'text',
      short: 'o',
      value: 'FILE',
      help: 'Where to write it. Default: ID.mp4 in this folder.',
    },
    gaps: {
      kind: 'text',
      value: 'HOW',
      choices: ['fill', 'cut'],
      help: 'What becomes of gaps. Default: fill.',
    },
    audio: {
      kind: 'text',
      value: 'HOW',
      choices: ['mix', 'split'],
      help: 'Both voices in one sound track, or one track each, as recorded. Default: mix.',
    },
    force: { kind: 'flag', help: 'Write over a file that is there.' },
  },
  examples: [
    {
      line: 'f2f export current -o interview.mp4',
      does: 'Writes what was just recorded and stopped.',
    },
    {
      line: 'f2f export ID --gaps cut --audio split',
      does: 'Leaves out the pauses and keeps the voices apart.',
    },
  ],
  async run({ args, options, api, io, json }) {
    const { gaps = 'fill', audio = 'mix', force = false } = options
    const { id } = await api.get<RecordingAnswer>(path('recordings', args[0]!))
    const file = resolve(options.output ?? `${id}.mp4`)
    if (!force && (await isThere(file))) {
      throw localProblem('FAILED', 'There is a file of this name already', {
        detail: file,
        remedy: 'Choose another name with --output, or write over it with --force.',
      })
    }
    await assertWritable(dirname(file))
    const meter = json ? undefined : createMeter(io)
    const interrupt = interruption()
    const watching = new AbortController()
    const making = (percent: number): void => meter?.show('making', percent)
    const followed = followExport(api, { recordingId: id, gaps, audio }, making, watching.signal)
    try {
      const answer = await api.open(
        path('recordings', id, 'export'),
        { gaps, audio },
        interrupt.signal,
      )
      watching.abort()
      const received = await receive(answer, file, (percent) => meter?.show('receiving', percent))
      meter?.end()
      return {
        json: { recordingId: id, file, ...received, gaps, audio },
        text: `${file} (${size(received.bytes)})`,
      }
    } catch (error) {
      meter?.end()
      if (!interrupt.signal.aborted) throw error
      throw localProblem('FAILED', 'The export was interrupted', {
        detail: 'Nothing was written.',
        cause: error,
      })
    } finally {
      watching.abort()
      interrupt.forget()
      await followed
    }
  },
})

/** Before the file is made, which may take minutes. */
async function assertWritable(folder: string): Promise<void> {
  try {
    await access(folder, constants.W_OK)
  } catch (cause) {
    throw localProblem('FAILED', 'The file cannot be written there', {
      detail: `${folder} does not exist, or is not yours to write to.`,
      remedy: 'Name a file in another folder with --output.',
      cause,
    })
  }
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
