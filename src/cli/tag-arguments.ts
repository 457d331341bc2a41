/**
 * Parses tags, written as `KEY=VALUE` or `KEY:=JSON`. Values that must not appear on a command line
 * come from stdin.
 */
import type { TagValue } from '../contract/commands.ts'
import { findJsonFaults } from '../contract/json-faults.ts'
import { UsageError } from './problem.ts'
import { readStdin } from './read-stdin.ts'

/**
 * Parses one tag. `=` is followed by a string, `:=` by JSON (a number, boolean or string). Throws
 * {@link UsageError}, which names the tag by `place`: a value is personal data that no message may
 * repeat.
 */
export function parseTag(text: string, place: string): [key: string, value: TagValue] {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageError(`${place} is not KEY=VALUE or KEY:=JSON.`)
  if (text[at - 1] !== ':') return [text.slice(0, at), text.slice(at + 1)]
  const key = text.slice(0, at - 1)
  if (key === '') throw new UsageError(`${place} is not KEY=VALUE or KEY:=JSON.`)
  const value = parseJson(text.slice(at + 1), place)
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return [key, value]
  throw new UsageError(
    `${place} needs a JSON number, true, false or a string in double quotes after ":=".`,
  )
}

/**
 * Parses a JSON text. Returns undefined for anything else: the parser's own message would repeat
 * the value. Throws {@link UsageError} for faults that `JSON.parse` hides.
 */
function parseJson(text: string, place: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const [fault] = findJsonFaults(text, 1)
  if (fault === undefined) return value
  const where = fault.pointer === '' ? place : `${place} (${fault.pointer})`
  throw new UsageError(`${where} cannot be used. ${fault.detail}`)
}

/**
 * Parses the tags in arguments. The argument `-` stands for the tags on stdin. Throws {@link
 * UsageError}.
 */
export async function parseTagArguments(
  args: readonly string[],
  stdin: AsyncIterable<string | Uint8Array>,
): Promise<Record<string, TagValue>> {
  const pairs: [string, TagValue][] = []
  for (const [index, text] of args.entries()) {
    if (text === '-') pairs.push(...(await readTags(stdin)))
    else pairs.push(parseTag(text, `Tag ${index + 1}`))
  }
  const keys = pairs.map(([key]) => key)
  const duplicate = keys.find((key, index) => keys.indexOf(key) !== index)
  if (duplicate !== undefined)
    throw new UsageError(`The tag '${duplicate}' is given twice. Set each key once per command.`)
  return Object.fromEntries(pairs)
}

/**
 * Reads tags from stdin: a JSON object, or one tag a line. Skips empty lines and lines that start
 * with `#`.
 */
async function readTags(stdin: AsyncIterable<string | Uint8Array>): Promise<[string, TagValue][]> {
  const text = await readStdin(stdin)
  if (text.trimStart().startsWith('{')) return jsonTags(text)
  return text.split(/\r?\n/).flatMap((line, index) => {
    const isSkipped = line.trim() === '' || line.startsWith('#')
    return isSkipped ? [] : [parseTag(line, `Line ${index + 1} of stdin`)]
  })
}

function jsonTags(text: string): [string, TagValue][] {
  const tags = parseJson(text, 'The JSON on stdin')
  if (tags === undefined)
    throw new UsageError('The text on stdin starts like a JSON object but is not valid JSON.')
  return Object.entries(tags as Record<string, TagValue>)
}
