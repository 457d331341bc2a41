import { hash } from 'node:crypto'

/** DER of the object identifiers of CMS signed data, a TSTInfo and SHA-256. */
const SIGNED_DATA = Buffer.from('06092a864886f70d010702', 'hex')
const TST_INFO = Buffer.from('060b2a864886f70d0109100104', 'hex')
const SHA256 = Buffer.from('0609608648016503040201', 'hex')
const SEQUENCE = 0x30
const SET = 0x31
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

/** An RFC 3161 response as far as it says what it is about, and when. Nobody has signed it. */
export function timestampOf(text: string | Buffer, granted = 0): Buffer {
  const digest = Buffer.from(hash('sha256', text), 'hex')
  const imprint = der(SEQUENCE, der(SEQUENCE, SHA256), der(OCTETS, digest))
  const one = der(INTEGER, Buffer.of(1))
  const info = der(SEQUENCE, one, POLICY, imprint, one, der(TIME, Buffer.from('20261129090000Z')))
  const content = der(SEQUENCE, TST_INFO, der(EXPLICIT, der(OCTETS, info)))
  const signed = der(SEQUENCE, one, der(SET), content)
  const token = der(SEQUENCE, SIGNED_DATA, der(EXPLICIT, signed))
  return der(SEQUENCE, der(SEQUENCE, der(INTEGER, Buffer.of(granted))), token)
}
