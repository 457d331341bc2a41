import type { RequestedMedium } from '../../contract/media.ts'
import { defineCommand } from '../command.ts'
import { UsageError } from '../problem.ts'
import { resolveRecordingId } from '../recording-id.ts'
import { parseTagArguments } from '../tag-arguments.ts'
import { recordingText } from '../text/recording-text.ts'
import { MEDIA_CHOICES, parseDevices, QUALITY_CHOICES, TYPE_CHOICES } from './media-options.ts'

/** Options that apply to a new recording only. */
const NEW_ONLY = [
  'recording-type',
  'tag',
  'wrap-up-seconds',
  'max-duration-seconds',
  'require',
  'quality',
  'consent',
] as const

/** Starts a recording, or media in one. */
export const start = defineCommand({
  name: 'start',
  summary: 'Start a recording, or further media in a recording.',
  description: [
    'Returns when all requested media are really being recorded and on disk. If one medium cannot start, none ' +
      'starts, unless you give `--require any`.',
    'With `--in`, the command starts no new recording. It starts tracks that are off, stopped or failed in a recording ' +
      'under way.',
    'Tags: KEY=VALUE sets a string, KEY:=JSON a number or a boolean. Other users of this computer can see your command ' +
      'lines. For personal data use `--tag -`, which reads tags from stdin: one per line, or one JSON object.',
  ],
  args: { usage: '[MEDIUM…]', min: 0, max: MEDIA_CHOICES.length, choices: MEDIA_CHOICES },
  options: {
    media: {
      kind: 'list',
      value: 'MEDIA',
      choices: MEDIA_CHOICES,
      help: 'Media to record, the same as MEDIUM. --recording-type defines audio. Default: audio,screen. Required with --in.',
    },
    'recording-type': {
      kind: 'text',
      value: 'TYPE',
      choices: TYPE_CHOICES,
      help: 'What audio means, for the whole recording: the microphone, the speaker or both. Default: both.',
    },
    device: {
      kind: 'many',
      value: 'MEDIUM=ID',
      prefixes: ['mic=', 'speaker=', 'screen='],
      help: 'Device for mic, speaker or screen, by its id from `f2f devices`. Default: the system’s default device.',
    },
    tag: {
      kind: 'many',
      value: 'KEY=VALUE',
      help: 'Tag for the new recording. - reads tags from stdin.',
    },
    'wrap-up-seconds': {
      kind: 'number',
      value: 'SECONDS',
      min: 0,
      max: 3600,
      help: 'How long you can add tags after the stop, before the recording closes by itself. Default: 30.',
    },
    'max-duration-seconds': {
      kind: 'number',
      value: 'SECONDS',
      min: 1,
      max: 604_800,
      help: 'Stop the recording by itself after this time, in case it is forgotten. Default: 14400 (4 hours).',
    },
    require: {
      kind: 'text',
      value: 'WHICH',
      choices: ['all', 'any'],
      help: 'Media that must start. all: if one medium cannot start, none starts (default). any: one is enough.',
    },
    quality: {
      kind: 'text',
      value: 'PRESET',
      choices: QUALITY_CHOICES,
      help:
        'Quality of sound and screen. small: long storage, speech and slow screens; standard: small print stays readable; ' +
        'sharp: colours, details and movement. Default: the quality of the recorder, usually standard.',
    },
    consent: {
      kind: 'text',
      value: 'METHOD',
      help: 'The customer agrees to the recording, and has said so in this way, such as spoken or signed.',
    },
    in: {
      kind: 'text',
      value: 'RECORDING',
      completes: 'recording',
      help: 'Start the media in this recording: current, or an id.',
    },
  },
  examples: [
    { line: 'f2f start', does: 'Records microphone, speaker and screen.' },
    {
      line: 'f2f start mic screen --tag desk=3 --tag visit:=17',
      does: 'Records microphone and screen, with two tags: a string and a number.',
    },
    {
      line: 'f2f start audio --recording-type microphone --tag - < tags.txt',
      does: 'Records the microphone only, with tags from a file.',
    },
    {
      line: 'f2f start screen --device screen=:0/HDMI-1 --quality sharp',
      does: 'Records one of several monitors in the best quality. `f2f devices` lists them.',
    },
    {
      line: 'f2f start screen --in current',
      does: 'Adds the screen to the current recording.',
    },
  ],
  async run({ options, args, api, io, style }) {
    const devices = options.device && { devices: parseDevices(options.device) }
    const named = [...new Set([...args, ...(options.media ?? [])])] as RequestedMedium[]
    const media = named.length > 0 && { media: named }
    if (options.in !== undefined) {
      const misplaced = NEW_ONLY.find((name) => options[name] !== undefined)
      if (misplaced)
        throw new UsageError(
          `The option --${misplaced} is for new recordings only. It cannot be combined with --in.`,
        )
      if (!media)
        throw new UsageError('The option --in needs the media to start, such as “screen”.')
      const id = await resolveRecordingId(api, options.in)
      const recording = await api.startMedia(id, { ...media, ...devices })
      return { json: recording, text: recordingText(recording, style) }
    }
    const recording = await api.start({
      ...media,
      ...devices,
      ...(options['recording-type'] && { recordingType: options['recording-type'] }),
      ...(options.tag && { tags: await parseTagArguments(options.tag, io.stdin) }),
      ...(options['wrap-up-seconds'] !== undefined && {
        wrapUpSeconds: options['wrap-up-seconds'],
      }),
      ...(options['max-duration-seconds'] && {
        maxDurationSeconds: options['max-duration-seconds'],
      }),
      ...(options.require && { require: options.require }),
      ...(options.quality && { quality: options.quality }),
      ...(options.consent && { consent: { state: 'granted', method: options.consent } }),
    })
    return { json: recording, text: recordingText(recording, style) }
  },
})
