import { defineCommand } from '../command.ts'
import { UsageError } from '../problem.ts'
import { resolveRecordingId } from '../recording-id.ts'
import { parseTagArguments } from '../tag-arguments.ts'
import { tagsText } from '../text/recording-text.ts'

/** Adds tags to a recording. */
export const tag = defineCommand({
  name: 'tag',
  summary: 'Add tags to a recording.',
  args: { usage: '[ID] KEY=VALUE… | -', min: 1, max: 65, completes: 'recording' },
  description: [
    'KEY=VALUE sets a string; KEY:=JSON sets a number, a boolean or a quoted string. Nothing is overwritten: earlier ' +
      'values of a key stay in its history. Without ID, the command tags the current recording.',
    'Other users of this computer can see your command lines. For personal data use `-`, which reads the tags from ' +
      'stdin: one KEY=VALUE or KEY:=JSON per line (lines that start with # are skipped), or one JSON object.',
  ],
  options: {},
  examples: [
    {
      line: 'f2f tag outcome=signed pages:=12 urgent:=true',
      does: 'Sets a string, a number and a boolean.',
    },
    {
      line: 'f2f tag - < customer.txt',
      does: 'Reads the tags from a file, so that no value appears on a command line.',
    },
    {
      line: 'echo \'{"customer":"4711"}\' | f2f tag -',
      does: 'Reads the tags as JSON, as a program would send them.',
    },
  ],
  async run({ args, api, io, style }) {
    const hasId = args[0] !== '-' && !args[0]!.includes('=')
    const tagArguments = hasId ? args.slice(1) : args
    if (tagArguments.length === 0) throw new UsageError('The argument KEY=VALUE or - is missing.')
    const tags = await parseTagArguments(tagArguments, io.stdin)
    if (Object.keys(tags).length === 0) throw new UsageError('There is no tag on stdin.')
    const id = await resolveRecordingId(api, hasId ? args[0] : undefined)
    const recording = await api.tag(id, tags)
    const setTags = recording.tags.filter(({ key }) => Object.hasOwn(tags, key))
    return {
      json: recording,
      text: `Recording ${style.strong(recording.id)} is tagged:\n${tagsText(setTags, style)}`,
    }
  },
})
