import type { RecordingAnswer } from '../../contract/resources.ts'
import { path } from '../api.ts'
import { collectTags } from '../assignments.ts'
import { defineCommand } from '../command.ts'
import { UsageError } from '../problem.ts'
import { recordingText } from '../recording-text.ts'
import { deviceMap, MEDIA_CHOICES, QUALITY_CHOICES, TYPE_CHOICES } from './media.ts'

/** Options that only a new recording has. */
const NEW_ONLY = [
  'recording-type',
  'tag',
  'wrap-up-seconds',
  'max-duration-seconds',
  'require',
  'quality',
] as const

/** Starts a recording, or media in one. */
export const start = defineCommand({
  name: 'start',
  summary: 'start a recording, or media in one',
  description: [
    'Answers when media of everything asked for are really being recorded, and on disk. If one medium cannot ' +
      'start, none does, unless you say `--require any`.',
    'With `--in` no new recording begins: tracks that are off, stopped or failed start in one that is under way.',
    'Tags: KEY=VALUE is a string, KEY:=JSON a number or boolean; `--tag -` reads them from stdin, one a line or as ' +
      'a JSON object, because other users of a computer can see its command lines.',
  ],
  options: {
    media: {
      kind: 'list',
      value: 'MEDIA',
      choices: MEDIA_CHOICES,
      help: 'What to record; audio is what --recording-type says. Default: audio,screen; with --in you must say.',
    },
    'recording-type': {
      kind: 'text',
      value: 'TYPE',
      choices: TYPE_CHOICES,
      help: 'What audio stands for, in this recording and for as long as it lasts. Default: both.',
    },
    device: {
      kind: 'many',
      value: 'MEDIUM=ID',
      help: 'Device for mic, speaker or screen, by its id from `f2f devices`. Default: the system’s default device.',
    },
    tag: {
      kind: 'many',
      value: 'KEY=VALUE',
      help: 'A tag for the new recording; - reads tags from stdin.',
    },
    'wrap-up-seconds': {
      kind: 'number',
      value: 'SECONDS',
      min: 0,
      max: 3600,
      help: 'How long the recording takes tags after it has stopped, before it closes by itself. Default: 30.',
    },
    'max-duration-seconds': {
      kind: 'number',
      value: 'SECONDS',
      min: 1,
      max: 604_800,
      help: 'When the recorder stops a recording that was forgotten. Default: 14400 (4 hours).',
    },
    require: {
      kind: 'text',
      value: 'WHICH',
      choices: ['all', 'any'],
      help: 'all: if one medium cannot start, none does (default). any: one is enough.',
    },
    quality: {
      kind: 'text',
      value: 'PRESET',
      choices: QUALITY_CHOICES,
      help:
        'How closely. small: long storage, speech and slow screens; standard: small print stays readable; sharp: ' +
        'colours, details and movement. Default: that of the recorder, usually standard.',
    },
    in: {
      kind: 'text',
      value: 'RECORDING',
      help: 'Start media in this recording: current, or an id.',
    },
  },
  examples: [
    { line: 'f2f start', does: 'Records microphone, speaker and screen.' },
    {
      line: 'f2f start --media mic,screen --tag desk=3 --tag visit:=17',
      does: 'Records microphone and screen, with a tag that is a string and one that is a number.',
    },
    {
      line: 'f2f start --media audio --recording-type microphone --tag - < tags.txt',
      does: 'Records the microphone only, with tags that stand in a file.',
    },
    {
      line: 'f2f start --media screen --device screen=:0/HDMI-1 --quality sharp',
      does: 'Records one of several monitors, closely; `f2f devices` lists them.',
    },
    {
      line: 'f2f start --in current --media screen',
      does: 'Adds the screen to the recording under way.',
    },
  ],
  async run({ options, api, io, style }) {
    const devices = options.device && { devices: deviceMap(options.device) }
    const media = options.media && { media: options.media }
    if (options.in !== undefined) {
      const misplaced = NEW_ONLY.find((name) => options[name] !== undefined)
      if (misplaced)
        throw new UsageError(
          `--${misplaced} belongs to a new recording, not to one under way (--in)`,
        )
      if (!media) throw new UsageError('--in needs --media: what to start')
      const recording = await api.post<RecordingAnswer>(path('recordings', options.in, 'start'), {
        ...media,
        ...devices,
      })
      return { json: recording, text: recordingText(recording, style) }
    }
    const recording = await api.post<RecordingAnswer>('/recordings', {
      ...media,
      ...devices,
      ...(options['recording-type'] && { recordingType: options['recording-type'] }),
      ...(options.tag && { tags: await collectTags(options.tag, io.stdin) }),
      ...(options['wrap-up-seconds'] !== undefined && {
        wrapUpSeconds: options['wrap-up-seconds'],
      }),
      ...(options['max-duration-seconds'] && {
        maxDurationSeconds: options['max-duration-seconds'],
      }),
      ...(options.require && { require: options.require }),
      ...(options.quality && { quality: options.quality }),
    })
    return { json: recording, text: recordingText(recording, style) }
  },
})
