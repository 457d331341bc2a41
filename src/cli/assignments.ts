/**
 * `KEY=VALUE` and `KEY:=JSON`, from the command line or, where values must not stand there, from
 * stdin.
 */
import type { TagValue } from '../contract/commands.ts'
import { UsageError } from './problem.ts'

/**
 * Reads one assignment: `=` takes the rest as a string, `:=` as JSON (a number, boolean or string).
 * Throws {@link UsageError}; `where` names the place, because a value is personal data that no
 * message may repeat.
 */
export function parseAssignment(text: string, where: string): [key: string, value: TagValue] {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageError(`${where} is not KEY=VALUE or KEY:=JSON`)
  if (text[at - 1] !== ':') return [text.slice(0, at), text.slice(at + 1)]
  const key = text.slice(0, at - 1)
  if (key === '') throw new UsageError(`${where} is not KEY=VALUE or KEY:=JSON`)
  try {
    const value: unknown = JSON.parse(text.slice(at + 1))
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return [key, value]
  } catch {
    // The parser's own message would repeat the value.
  }
  throw new UsageError(
    `${where}: behind := stands a JSON number, true, false or a string in double quotes`,
  )
}

/**
 * Tags from arguments; a single `-` stands for what {@link readTags} finds on stdin. Throws {@link
 * UsageError}.
 */
export async function collectTags(
  args: readonly string[],
  stdin: AsyncIterable<string | Uint8Array>,
): Promise<Record<string, TagValue>> {
  const pairs: [string, TagValue][] = []
  for (const [index, text] of args.entries()) {
    if (text === '-') pairs.push(...(await readTags(stdin)))
    else pairs.push(parseAssignment(text, `tag ${index + 1}`))
  }
  const keys = pairs.map(([key]) => key)
  const twice = keys.find((key, index) => keys.indexOf(key) !== index)
  if (twice !== undefined)
    throw new UsageError(`the tag '${twice}' is given twice; one command sets a key once`)
  return Object.fromEntries(pairs)
}

/**
 * Reads tags from stdin: a JSON object, or one assignment a line; empty lines and lines with `#` in
 * front are left out.
 */
async function readTags(stdin: AsyncIterable<string | Uint8Array>): Promise<[string, TagValue][]> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  try {
    for await (const chunk of stdin)
      text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    text += decoder.decode()
  } catch (cause) {
    throw new UsageError('stdin is not valid UTF-8', { cause })
  }
  if (text.trimStart().startsWith('{')) return jsonTags(text)
  return text.split(/\r?\n/).flatMap((line, index) => {
    const skipped = line.trim() === '' || line.startsWith('#')
    return skipped ? [] : [parseAssignment(line, `line ${index + 1} of stdin`)]
  })
}

function jsonTags(text: string): [string, TagValue][] {
  try {
    return Object.entries(JSON.parse(text))
  } catch {
    throw new UsageError('stdin starts like a JSON object but is not valid JSON')
  }
}
