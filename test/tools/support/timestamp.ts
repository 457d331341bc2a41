import { hash } from 'node:crypto'

/** DER of the object identifiers of a TSTInfo and of SHA-256. */
const TST_INFO = Buffer.from('060b2a864886f70d0109100104', 'hex')
const SHA256 = Buffer.from('0609608648016503040201', 'hex')
const SEQUENCE = 0x30
const EXPLICIT = 0xa0
const INTEGER = 0x02
const OCTETS = 0x04
const TIME = 0x18
const POLICY = Buffer.from('06032a0304', 'hex')

function der(tag: number, ...content: Buffer[]): Buffer {
  const bytes = Buffer.concat(content)
  const head = bytes.length < 128 ? [tag, bytes.length] : [tag, 0x81, bytes.length]
  return Buffer.concat([Buffer.from(head), bytes])
}

/** The part of an RFC 3161 response that says what it is about, and when. Nobody has signed it. */
export function timestampOf(text: string): Buffer {
  const digest = Buffer.from(hash('sha256', text), 'hex')
  const imprint = der(SEQUENCE, der(SEQUENCE, SHA256), der(OCTETS, digest))
  const one = der(INTEGER, Buffer.of(1))
  const info = der(SEQUENCE, one, POLICY, imprint, one, der(TIME, Buffer.from('20261129090000Z')))
  return der(SEQUENCE, TST_INFO, der(EXPLICIT, der(OCTETS, info)))
}
