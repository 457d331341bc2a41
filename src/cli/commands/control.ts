import { type Command, defineCommand, type OptionSpec } from '../command.ts'
import { resolveRecordingId } from '../recording-id.ts'
import { recordingText } from '../text/recording-text.ts'
import { MEDIA_CHOICES, parseMediaArguments } from './media-options.ts'

/**
 * Optional recording that a command acts on, see `resolveRecordingId`. Default: the current one.
 */
export const RECORDING_ARGUMENT = {
  usage: '[ID]',
  min: 0,
  max: 1,
  completes: 'recording',
} as const

function mediaCommand(
  name: 'stop' | 'pause' | 'resume',
  texts: Pick<Command, 'summary' | 'description' | 'examples'> & { defaultMedia: string },
  limitOption: { 'max-pause-seconds'?: OptionSpec & { kind: 'number' } } = {},
): Command {
  const { defaultMedia, ...declared } = texts
  return defineCommand({
    ...declared,
    name,
    args: {
      ...RECORDING_ARGUMENT,
      usage: '[ID] [MEDIUM…]',
      max: 1 + MEDIA_CHOICES.length,
      orWords: MEDIA_CHOICES,
    },
    options: {
      media: {
        kind: 'list',
        value: 'MEDIA',
        choices: MEDIA_CHOICES,
        help: `Media to ${name}, the same as MEDIUM. Default: ${defaultMedia}.`,
      },
      ...limitOption,
    },
    async run({ options, args, api, style }) {
      const { id, media } = parseMediaArguments(args)
      const named = [...new Set([...media, ...(options.media ?? [])])]
      const recording = await api[name](await resolveRecordingId(api, id), {
        ...(named.length > 0 ? { media: named } : {}),
        ...(options['max-pause-seconds']
          ? { maxPauseSeconds: Number(options['max-pause-seconds']) }
          : {}),
      })
      return { json: recording, text: recordingText(recording, style) }
    },
  })
}

/** Ends the capture of some or all media. */
export const stop = mediaCommand('stop', {
  summary: 'Stop recording all media, or some of them.',
  defaultMedia: 'every track that is not off or stopped',
  description: [
    'Takes effect at once, also while a track is starting or recovering. After the last track has stopped, you can ' +
      'still add tags for the wrap-up time; then the recording closes. Without ID, the command stops the current recording.',
  ],
  examples: [
    { line: 'f2f stop', does: 'Stops everything.' },
    { line: 'f2f stop screen', does: 'Stops the screen; the sound is still recorded.' },
  ],
})

/** Interrupts the capture of some or all media. */
export const pause = mediaCommand(
  'pause',
  {
    summary: 'Pause all media, or some of them.',
    defaultMedia: 'every track that is starting, recording or recovering',
    description: [
      'Takes effect at once. Nothing between pause and resume is kept anywhere. A paused track never resumes by itself: ' +
        'use `f2f resume`. Without ID, the command pauses the current recording.',
    ],
    examples: [
      {
        line: 'f2f pause',
        does: 'Pauses everything, for example while the customer reads out card details.',
      },
      {
        line: 'f2f pause screen',
        does: 'Pauses the screen only; the sound is still recorded.',
      },
      {
        line: 'f2f pause --max-pause-seconds 120',
        does: 'Pauses everything, and warns if the pause lasts longer than 2 minutes.',
      },
    ],
  },
  {
    'max-pause-seconds': {
      kind: 'number',
      value: 'S',
      min: 1,
      max: 86_400,
      help: 'Warn if the pause lasts longer than this. The pause never ends by itself.',
    },
  },
)

/** Resumes the capture of paused media. */
export const resume = mediaCommand('resume', {
  summary: 'Resume all paused media, or some of them.',
  defaultMedia: 'every track that is paused',
  description: [
    'Returns when the media are really being recorded again. Without ID, the command resumes the current recording.',
  ],
  examples: [
    { line: 'f2f resume', does: 'Resumes everything that is paused.' },
    { line: 'f2f resume audio', does: 'Resumes the sound; the screen stays paused.' },
  ],
})

/** Ends the wrap-up of a recording. */
export const close = defineCommand({
  name: 'close',
  summary: 'Close a stopped recording before its wrap-up time is over.',
  args: RECORDING_ARGUMENT,
  description: [
    'Stop the recording first with `f2f stop`. Once closed, it is final: you can add neither media nor tags. Without ID, the command closes the current recording.',
  ],
  options: {},
  examples: [
    {
      line: 'f2f stop && f2f close',
      does: 'Ends a recording at once, without time for late tags.',
    },
  ],
  async run({ args, api, style }) {
    const recording = await api.close(await resolveRecordingId(api, args[0]))
    return { json: recording, text: recordingText(recording, style) }
  },
})
