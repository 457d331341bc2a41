import type { RequestError } from './errors.ts'
import { referenceToken } from './json-pointer.ts'

const REPEATED = 'This name is repeated. Send it only once.'
const UNUSABLE = 'This name cannot be used.'
const UNSAFE =
  'This whole number is beyond ±9,007,199,254,740,991, so its last digits would be lost. Send it as a string.'

/** An object or array that the scan is in. */
interface Container {
  /** The names so far; undefined in an array. */
  names: Set<string> | undefined
  /** The name or index of the current member. */
  member: string | number
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** Returns the index after the string that begins at an index. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** Returns the index after the number that begins at an index. */
function endOfNumber(text: string, start: number): number {
  let at = start + 1
  while (isDigit(text.charCodeAt(at)) || '+-.eE'.includes(text[at] ?? ' ')) at++
  return at
}

/**
 * Finds what `JSON.parse` hides, up to a number of faults: repeated names, of which it keeps only
 * the last one; whole numbers that it changes, because a double cannot represent them; and names
 * that later copies drop or obey (`__proto__`). The text must be one that `JSON.parse` accepts.
 * Numbers with a fraction or an exponent are read as doubles, as everywhere in JSON. Takes linear
 * time, and does not recurse: a text can be nested deeper than the stack.
 */
export function findJsonFaults(text: string, limit: number): RequestError[] {
  const faults: RequestError[] = []
  const containers: Container[] = []
  let isName = false

  function report(detail: string): void {
    const pointer = containers.map(({ member }) => referenceToken(member)).join('')
    faults.push({ pointer, detail })
  }

  function onName(container: Container, token: string): void {
    const name = token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1)
    container.member = name
    if (name === '__proto__') report(UNUSABLE)
    else if (container.names?.has(name)) report(REPEATED)
    container.names?.add(name)
  }

  for (let at = 0; at < text.length && faults.length < limit; ) {
    const start = at++
    const container = containers.at(-1)
    switch (text[start]) {
      case '"':
        at = endOfString(text, start)
        if (isName && container !== undefined) onName(container, text.slice(start, at))
        isName = false
        break
      case '{':
        containers.push({ names: new Set(), member: '' })
        isName = true
        break
      case '[':
        containers.push({ names: undefined, member: 0 })
        isName = false
        break
      case '}':
      case ']':
        containers.pop()
        isName = false
        break
      case ',':
        isName = container?.names !== undefined
        if (typeof container?.member === 'number') container.member++
        break
      default:
        if (text[start] !== '-' && !isDigit(text.charCodeAt(start))) break
        at = endOfNumber(text, start)
        if (isUnsafe(text.slice(start, at))) report(UNSAFE)
    }
  }
  return faults
}

/** Whether a number is whole and beyond what a double represents without a gap. */
function isUnsafe(token: string): boolean {
  return token.length > 15 && /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token))
}
