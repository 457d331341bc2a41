import { isKeyName } from './keys.ts'
import { decodeBase64 } from './strict-text.ts'
import { TlogError } from './tlog-error.ts'

/** As many signatures as Go's implementation reads. The specification asks for 16. */
const MOST_SIGNATURES = 100
const ID_BYTES = 4

/** One signature of a note. The name and the id together say which key it is from. */
export interface NoteSignature {
  name: string
  id: number
  /** The bytes behind the id. */
  bytes: Buffer
}

/** Encodes a signature as a line of a note, with its line feed. */
export function signatureLine({ name, id, bytes }: NoteSignature): string {
  const head = Buffer.alloc(ID_BYTES)
  head.writeUInt32BE(id)
  return `— ${name} ${Buffer.concat([head, bytes]).toString('base64')}\n`
}

/** Reads lines of signatures, one at least. Throws a TlogError when one is malformed. */
export function parseSignatureLines(lines: string): NoteSignature[] {
  if (!lines.endsWith('\n')) throw new TlogError('The last signature has no line feed behind it.')
  const signatures = lines.slice(0, -1).split('\n').map(parseSignatureLine)
  if (signatures.length > MOST_SIGNATURES)
    throw new TlogError(`There are more than ${MOST_SIGNATURES} signatures.`)
  return signatures
}

function parseSignatureLine(line: string): NoteSignature {
  const [, name, base64] = /^— ([^ ]+) ([^ ]+)$/u.exec(line) ?? []
  const bytes = decodeBase64(base64 ?? '')
  if (name === undefined || bytes === undefined || bytes.length <= ID_BYTES || !isKeyName(name))
    throw new TlogError('A signature has the form "— <name> <base64>".')
  return { name, id: bytes.readUInt32BE(0), bytes: bytes.subarray(ID_BYTES) }
}
