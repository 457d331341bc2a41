import { toUtcTime } from '../../contract/utc-time.ts'
import { defineCommand, type Io } from '../command.ts'
import { UsageError } from '../problem.ts'
import { resolveRecordingId } from '../recording-id.ts'
import { parseTime } from '../text/quantities.ts'
import { RECORDING_ARGUMENT } from './control.ts'

/** Steps through a recording. */
export const replay = defineCommand({
  name: 'replay',
  summary: 'Step through a recording: each event, and the state after it.',
  args: RECORDING_ARGUMENT,
  description: [
    'Shows a recording as it was after each of its events: who caused the event, what it changed, the states of control, ' +
      'session and tracks after it, and what each side was allowed to do. A refusal names the machine, its state and the guard ' +
      'that refused. Without ID, the command shows the current recording.',
    'On a terminal, keys step: → and ← to the next event and back, with Shift to the same type, r to the next refusal, g to a ' +
      'position, f for some types only, Home, End, ? for help, q to quit. Elsewhere, or with --all, it prints all steps.',
    'With --json, each step is one line of JSON, as GET /v1/recordings/{id}/replay answers it; with --at, --position or ' +
      '--verify it is one document. Times are as in f2f list.',
  ],
  options: {
    all: { kind: 'flag', help: 'Print all steps, also on a terminal.' },
    at: { kind: 'text', value: 'TIME', help: 'Show only the moment at this time.' },
    position: {
      kind: 'number',
      value: 'POSITION',
      min: 0,
      help: 'Show only the moment after the last event at or before this position of the log.',
    },
    follow: {
      kind: 'flag',
      short: 'f',
      help: 'Go on with the live recording, until it is closed or Ctrl-C.',
    },
    redact: { kind: 'flag', help: 'Hide the values of tags.' },
    verify: {
      kind: 'flag',
      help: 'Check that machines and view agree after each event, and that the recorder answers the same. Exit code 1 if not.',
    },
  },
  examples: [
    { line: 'f2f replay last', does: 'Steps through the newest recording.' },
    { line: 'f2f replay 7c1e --all', does: 'Prints all steps of a recording.' },
    {
      line: 'f2f replay 7c1e --at 2026-01-31T10:00:00',
      does: 'Shows the recording as it was at that time.',
    },
    {
      line: 'f2f replay --follow --json',
      does: 'Prints each step of the current one as it happens.',
    },
    { line: 'f2f replay 7c1e --verify', does: 'Checks that the log and the recorder agree.' },
  ],
  async run({ args, options, api, io, style, json }) {
    assertModes(options)
    const { at, position, verify = false, follow = false, all = false, redact = false } = options
    const atTime = at === undefined ? undefined : toUtc(at)
    const id = await resolveRecordingId(api, args[0])
    // Whose `current` ends meanwhile goes on with the same recording.
    const recordingId = id === 'current' ? (await api.recording(id)).id : id
    const { runReplay } = await import('../replay/run-replay.ts')
    const request = {
      ...{ recordingId, verifies: verify, follows: follow, redacts: redact },
      moment: momentOf(position, atTime),
      isInteractive: !json && !all && isTerminal(io),
    }
    return runReplay(request, { api, io, style, json })
  },
})

/** The options of which only one can be given. */
const EXCLUSIVE = ['at', 'position', 'verify'] as const

function assertModes(options: Record<string, unknown>): void {
  const [mode, second] = EXCLUSIVE.filter((name) => options[name] !== undefined)
  const other = second ?? (['all', 'follow'] as const).find((name) => options[name] !== undefined)
  if (mode !== undefined && other !== undefined)
    throw new UsageError(`The options --${mode} and --${other} exclude each other.`)
}

function momentOf(position: number | undefined, at: string | undefined) {
  if (position !== undefined) return { position }
  return at === undefined ? null : { at }
}

function toUtc(text: string): string {
  const time = parseTime(text)
  if (time === null)
    throw new UsageError(
      'The option --at needs a time like 2026-01-31T10:00:00 or 2026-01-31T10:00:00Z.',
    )
  return toUtcTime(time)
}

function isTerminal({ stdin, stdout }: Io): boolean {
  return stdout.isTTY === true && stdin.isTTY === true && stdin.setRawMode !== undefined
}
