/** The commands that act on media under way: stop, pause, resume; and close. */
import type { RecordingAnswer } from '../../contract/resources.ts'
import { path } from '../api.ts'
import { type Command, defineCommand, type OptionSpec } from '../command.ts'
import { recordingText } from '../recording-text.ts'
import { MEDIA_CHOICES } from './media.ts'

/** The recording a command acts on, where none is named. */
export const RECORDING_ARGUMENT = { usage: '[ID]', min: 0, max: 1 } as const

function mediaCommand(
  name: 'stop' | 'pause' | 'resume',
  told: Pick<Command, 'summary' | 'description' | 'examples'> & { standard: string },
  limit: { 'max-pause-seconds'?: OptionSpec & { kind: 'number' } } = {},
): Command {
  const { standard, ...rest } = told
  return defineCommand({
    ...rest,
    name,
    args: RECORDING_ARGUMENT,
    options: {
      media: {
        kind: 'list',
        value: 'MEDIA',
        choices: MEDIA_CHOICES,
        help: `Which media. Default: ${standard}.`,
      },
      ...limit,
    },
    async run({ options, args, api, style }) {
      const recording = await api.post<RecordingAnswer>(
        path('recordings', args[0] ?? 'current', name),
        {
          ...(options.media ? { media: options.media } : {}),
          ...(options['max-pause-seconds']
            ? { maxPauseSeconds: options['max-pause-seconds'] }
            : {}),
        },
      )
      return { json: recording, text: recordingText(recording, style) }
    },
  })
}

/** Ends capture of some or all media. */
export const stop = mediaCommand('stop', {
  summary: 'stop recording, all media or some',
  standard: 'every track that is not off or stopped',
  description: [
    'Takes effect at once, also while a track is starting or recovering. When no track is left, the recording takes ' +
      'tags for its wrap-up time and then closes. Without ID the current recording is meant.',
  ],
  examples: [
    { line: 'f2f stop', does: 'Stops everything.' },
    { line: 'f2f stop --media screen', does: 'Stops the screen; sound goes on.' },
  ],
})

/** Interrupts capture of some or all media. */
export const pause = mediaCommand(
  'pause',
  {
    summary: 'pause all media or some',
    standard: 'every track that is starting, recording or recovering',
    description: [
      'Takes effect at once. Nothing captured between pause and resume is kept anywhere, and a paused track never ' +
        'resumes by itself. Without ID the current recording is meant.',
    ],
    examples: [
      { line: 'f2f pause', does: 'Pauses everything, for instance while card data are told.' },
      { line: 'f2f pause --media screen', does: 'Pauses the screen only.' },
      {
        line: 'f2f pause --max-pause-seconds 120',
        does: 'Pauses everything, and warns when that lasts longer than 2 minutes.',
      },
    ],
  },
  {
    'max-pause-seconds': {
      kind: 'number',
      value: 'S',
      min: 1,
      max: 86_400,
      help: 'Warn when the pause lasts longer. It never ends by itself.',
    },
  },
)

/** Goes on with paused media. */
export const resume = mediaCommand('resume', {
  summary: 'resume paused media, all or some',
  standard: 'every track that is paused',
  description: [
    'Answers when media are really being recorded again. Without ID the current recording is meant.',
  ],
  examples: [
    { line: 'f2f resume', does: 'Resumes everything that is paused.' },
    { line: 'f2f resume --media audio', does: 'Resumes the sound; the screen stays paused.' },
  ],
})

/** Ends a recording's wrap-up. */
export const close = defineCommand({
  name: 'close',
  summary: 'close a stopped recording before its wrap-up time is over',
  args: RECORDING_ARGUMENT,
  description: [
    'A closed recording is final: no media and no tags any more. Stop it first. Without ID the current recording is meant.',
  ],
  options: {},
  examples: [
    { line: 'f2f stop && f2f close', does: 'Ends a recording without waiting for late tags.' },
  ],
  async run({ args, api, style }) {
    const recording = await api.post<RecordingAnswer>(
      path('recordings', args[0] ?? 'current', 'close'),
    )
    return { json: recording, text: recordingText(recording, style) }
  },
})
