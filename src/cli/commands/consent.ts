import { CONSENT_STATES, type ConsentState } from '../../contract/custody.ts'
import { defineCommand } from '../command.ts'
import { UsageError } from '../problem.ts'
import { readStdin } from '../read-stdin.ts'
import { resolveRecordingId } from '../recording-id.ts'
import { recordingText } from '../text/recording-text.ts'

/** Records what a customer says about being recorded. */
export const consent = defineCommand({
  name: 'consent',
  summary: 'Record whether the customer agrees to the recording.',
  args: { usage: '[ID] STATE', min: 1, max: 2, completes: 'recording', orWords: CONSENT_STATES },
  description: [
    'STATE is what the customer said: `granted`, `declined` or `withdrawn`. The last two end all capture at once, ' +
      'like a stop, whoever controls the recording. Nothing more is recorded in it then. If `consent.eraseWhenWithdrawn` is set in config.json, the recording is also erased. ' +
      'Consent can be recorded for closed recordings, too. Without ID, the command is about the current recording.',
    'Other users of this computer can see your command lines. For a note with personal data use `--note -`, which reads ' +
      'it from stdin.',
  ],
  options: {
    method: {
      kind: 'text',
      value: 'METHOD',
      help: 'How the customer said it, such as spoken or signed. Required. Do not write personal data here.',
    },
    note: {
      kind: 'text',
      value: 'TEXT|-',
      help: 'A note, encrypted with the recording. - reads it from stdin.',
    },
  },
  examples: [
    {
      line: 'f2f consent granted --method spoken',
      does: 'Records that the customer agrees to the current recording.',
    },
    {
      line: 'f2f consent last withdrawn --method letter --note - < note.txt',
      does: 'Records that the customer withdraws consent to the newest recording, with a note from a file.',
    },
  ],
  async run({ args, options, api, io, style }) {
    const state = args.at(-1) as ConsentState
    if (!CONSENT_STATES.includes(state))
      throw new UsageError(`The last argument must be one of ${CONSENT_STATES.join(', ')}.`)
    const { method, note } = options
    if (method === undefined) throw new UsageError('The option --method is missing.')
    const id = await resolveRecordingId(api, args.length > 1 ? args[0] : undefined)
    const text = note === '-' ? (await readStdin(io.stdin)).trim() : note
    const recording = await api.consent(id, { state, method, ...(text ? { note: text } : {}) })
    return {
      json: recording,
      text: `Consent is ${style.strong(state)} (${method}).\n${recordingText(recording, style)}`,
    }
  },
})
