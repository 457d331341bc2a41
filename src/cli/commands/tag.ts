import type { RecordingAnswer } from '../../contract/resources.ts'
import { path } from '../api.ts'
import { collectTags } from '../assignments.ts'
import { defineCommand } from '../command.ts'
import { UsageError } from '../problem.ts'
import { tagsText } from '../recording-text.ts'

/** Tags a recording. */
export const tag = defineCommand({
  name: 'tag',
  summary: 'tag a recording',
  args: { usage: '[ID] KEY=VALUE… | -', min: 1, max: 65 },
  description: [
    'KEY=VALUE is a string, KEY:=JSON a number, boolean or quoted string. A key that is there already keeps its ' +
      'earlier values as history. Without ID the current recording is meant.',
    'Other users of a computer can see its command lines: use `-` for what is personal. It reads tags from stdin, ' +
      'one KEY=VALUE or KEY:=JSON a line (lines with # in front are left out), or one JSON object.',
  ],
  options: {},
  examples: [
    {
      line: 'f2f tag outcome=signed pages:=12 urgent:=true',
      does: 'Sets a string, a number and a boolean.',
    },
    {
      line: 'f2f tag - < customer.txt',
      does: 'Reads the tags from a file, so that no value stands in a command line.',
    },
    {
      line: 'echo \'{"customer":"4711"}\' | f2f tag -',
      does: 'The same with JSON, as a program would send it.',
    },
  ],
  async run({ args, api, io, style }) {
    const named = args[0] !== '-' && !args[0]!.includes('=')
    const given = named ? args.slice(1) : args
    if (given.length === 0) throw new UsageError('KEY=VALUE or - is missing')
    const tags = await collectTags(given, io.stdin)
    if (Object.keys(tags).length === 0) throw new UsageError('there is no tag on stdin')
    const recording = await api.post<RecordingAnswer>(
      path('recordings', named ? args[0]! : 'current', 'tags'),
      {
        tags,
      },
    )
    const set = recording.tags.filter(({ key }) => Object.hasOwn(tags, key))
    return {
      json: recording,
      text: `Recording ${style.strong(recording.id)} is tagged:\n${tagsText(set, style)}`,
    }
  },
})
