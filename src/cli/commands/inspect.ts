import { openPage } from '../browser/open-page.ts'
import { defineCommand } from '../command.ts'
import type { Api } from '../connection/api.ts'
import { UsageError } from '../problem.ts'
import { resolveRecordingId } from '../recording-id.ts'
import { RECORDING_ARGUMENT } from './control.ts'

/** Charts need more room than the controls of a recording. */
const WINDOW = { width: 1280, height: 800 }

/** Opens the inspector. */
export const inspect = defineCommand({
  name: 'inspect',
  summary: 'See the state machines, live or as they were in a recording.',
  args: RECORDING_ARGUMENT,
  description: [
    'Opens the inspector in the browser: the state machines of the recorder as they are now, or with ID those of a recording ' +
      'at any of its moments. The URL works once, within 60 seconds.',
    'With --json, the command prints the feed of the inspector as lines of JSON, in the format of @statelyai/inspect: what ' +
      'is alive until Ctrl-C, or with ID the past of a recording, at once or with --speed.',
    'With --stately, Stately’s own inspector shows the same. It is a page of a third party, stately.ai, so the command asks ' +
      'first. It never shows the values of tags there.',
  ],
  options: {
    position: {
      kind: 'number',
      value: 'POSITION',
      min: 0,
      help: 'Begin after the event at this position of the log. Needs ID.',
    },
    app: { kind: 'flag', help: 'Open a window of its own, which needs a Chromium browser.' },
    'print-url': { kind: 'flag', help: 'Print the URL, and open no browser.' },
    tags: { kind: 'flag', help: 'Show the values of tags in the feed. Needs --json.' },
    speed: {
      kind: 'number',
      value: 'FACTOR',
      min: 1,
      max: 1000,
      help: 'Playback speed: 1 is real time, 10 is ten times as fast. Needs ID, and --json or --stately.',
    },
    stately: { kind: 'flag', help: 'Use Stately’s own inspector, a page of a third party.' },
    yes: { kind: 'flag', help: 'Agree to --stately without being asked.' },
  },
  examples: [
    { line: 'f2f inspect', does: 'Opens the inspector in your browser.' },
    { line: 'f2f inspect last', does: 'Opens it at the newest recording.' },
    { line: 'f2f inspect --json', does: 'Prints what every state machine does, until Ctrl-C.' },
    { line: 'f2f inspect 7c1e --json', does: 'Prints what they did in that recording.' },
    { line: 'f2f inspect --stately', does: 'Shows them in Stately’s inspector, if you agree.' },
  ],
  async run({ args, options, api, home, io, json }) {
    assertUsage(args, { ...options, json })
    const { app = false, 'print-url': printsUrl = false, position, speed } = options
    const recording = args[0] === undefined ? undefined : await wholeId(api, args[0])
    const what = { recording, position, speed }
    if (options.stately) {
      const { showInStately } = await import('../inspect/show-in-stately.ts')
      await showInStately(home, { ...what, printsUrl, isAgreed: options.yes ?? false }, io)
      return null
    }
    if (json) {
      const { printFeed } = await import('../inspect/print-feed.ts')
      await printFeed(home, { ...what, tags: options.tags ?? false }, io)
      return null
    }
    const fragment = fragmentOf(recording, position)
    return openPage(api, io.env, {
      ...{ what: 'The inspector', command: 'f2f inspect', fragment, app, size: WINDOW, printsUrl },
    })
  },
})

async function wholeId(api: Api, text: string): Promise<string> {
  const { id } = await api.recording(await resolveRecordingId(api, text))
  return id
}

/** The pairs of options that exclude each other, and the options that need another one. */
const EXCLUSIVE = [
  ['app', 'print-url'],
  ['app', 'json'],
  ['app', 'stately'],
  ['json', 'print-url'],
  ['json', 'stately'],
] as const

function assertUsage(args: readonly string[], options: Record<string, unknown>): void {
  const isGiven = (name: string): boolean => options[name] !== undefined && options[name] !== false
  for (const [one, other] of EXCLUSIVE)
    if (isGiven(one) && isGiven(other))
      throw new UsageError(`The options --${one} and --${other} exclude each other.`)
  for (const name of ['position', 'speed'])
    if (isGiven(name) && args.length === 0)
      throw new UsageError(`The option --${name} needs the ID of a recording.`)
  if (isGiven('speed') && !isGiven('json') && !isGiven('stately'))
    throw new UsageError('The option --speed needs --json or --stately.')
  if (isGiven('tags') && !isGiven('json')) throw new UsageError('The option --tags needs --json.')
  if (isGiven('yes') && !isGiven('stately'))
    throw new UsageError('The option --yes needs --stately.')
}

/** Returns the place of the inspector on the page. */
function fragmentOf(recording: string | undefined, position: number | undefined): string {
  const place = recording === undefined ? '' : `/${recording}`
  return `#/inspector${place}${position === undefined ? '' : `?position=${position}`}`
}
