import { createHash } from 'node:crypto'
import {
  contentOf,
  DerError,
  type DerValue,
  decodeDer,
  encodeDer,
  encodeInteger,
  openDer,
  TAGS,
} from './der.ts'
import { OutsiderError } from './outsider-error.ts'

/** Object identifiers, encoded: SHA-256, CMS signed data, and the content type of a timestamp. */
const SHA256 = Buffer.from('608648016503040201', 'hex')
const SIGNED_DATA = Buffer.from('2a864886f70d010702', 'hex')
const TST_INFO = Buffer.from('2a864886f70d0109100104', 'hex')

/** The statuses of an answer (RFC 3161, section 2.4.2). The first two come with a timestamp. */
const STATUSES = [
  'granted',
  'granted with modifications',
  'rejection',
  'waiting',
  'revocation warning',
  'revocation notification',
]
const LAST_GRANTED = 1

/** A request for a timestamp, and what its answer must repeat. */
export interface TimestampRequest {
  der: Buffer
  /** SHA-256 of the data. */
  digest: Buffer
  /** A random number, as the content of a DER integer. */
  nonce: Buffer
}

/**
 * Creates a request for a timestamp of data, with the certificate in the answer (RFC 3161, section
 * 2.4.1). `random` are the bytes of the nonce.
 */
export function timestampRequest(data: Uint8Array, random: Buffer): TimestampRequest {
  const digest = digestOf(data)
  const algorithm = encodeDer(
    TAGS.sequence,
    encodeDer(TAGS.objectIdentifier, SHA256),
    encodeDer(TAGS.null),
  )
  const imprint = encodeDer(TAGS.sequence, algorithm, encodeDer(TAGS.octetString, digest))
  const nonce = encodeInteger(random)
  const der = encodeDer(
    TAGS.sequence,
    encodeInteger(Buffer.of(1)),
    imprint,
    nonce,
    encodeDer(TAGS.boolean, Buffer.of(0xff)),
  )
  return { der, digest, nonce: contentOf(decodeDer(nonce)[0], TAGS.integer) }
}

/**
 * Checks that an answer grants a timestamp for this request: status, digest and nonce (RFC 3161,
 * section 2.4.2). The signature is left to those who trust its certificate: `openssl ts -verify`.
 * Returns the time in the timestamp, in milliseconds since 1970. Throws an OutsiderError.
 */
export function checkTimestamp(answer: Buffer, request: TimestampRequest): number {
  try {
    const [response, surplus] = decodeDer(answer)
    const [status, token] = openDer(response, TAGS.sequence)
    checkStatus(status)
    if (surplus !== undefined) throw new DerError('There are bytes behind the answer.')
    return checkInfo(infoIn(token), request)
  } catch (cause) {
    if (cause instanceof OutsiderError) throw cause
    const message = `Its answer is no timestamp. ${(cause as Error).message}`
    throw new OutsiderError('invalidAnswer', message, { cause })
  }
}

/** Returns the time in a timestamp that was checked before. Undefined when it is none. */
export function timeOfTimestamp(answer: Buffer): number | undefined {
  try {
    return timeOf(infoIn(openDer(decodeDer(answer)[0], TAGS.sequence)[1])[4])
  } catch {
    return undefined
  }
}

/**
 * Says whether an answer grants a timestamp of these bytes, by SHA-256: it was of this recorder's
 * request then. Its signature is left to those who trust its certificate. False when it is none.
 */
export function isTimestampOf(answer: Buffer, data: Uint8Array): boolean {
  try {
    const [response, surplus] = decodeDer(answer)
    const [status, token] = openDer(response, TAGS.sequence)
    checkStatus(status)
    const info = infoIn(token)
    timeOf(info[4])
    return surplus === undefined && digestIn(info).equals(digestOf(data))
  } catch (error) {
    if (error instanceof DerError || error instanceof OutsiderError) return false
    throw error
  }
}

function checkStatus(info: DerValue | undefined): void {
  const [status, texts] = openDer(info, TAGS.sequence)
  const code = contentOf(status, TAGS.integer)
  const number = code.length === 1 ? code[0]! : -1
  if (number >= 0 && number <= LAST_GRANTED) return
  const reason =
    texts?.tag === TAGS.sequence ? openDer(texts, TAGS.sequence).map(printable).join(' ') : ''
  const words = STATUSES[number] ?? `unknown (${number})`
  throw new OutsiderError(
    'refused',
    `It grants no timestamp: ${words}${reason === '' ? '' : `, "${reason}"`}.`,
  )
}

/** A text of somebody else, short and without control characters. */
function printable({ content }: DerValue): string {
  return content.toString('utf8').replace(/\p{C}/gu, ' ').slice(0, 200)
}

/** Returns the members of the TSTInfo within a token, which is CMS signed data (RFC 5652). */
function infoIn(token: DerValue | undefined): DerValue[] {
  const [tokenType, tokenContent] = openDer(token, TAGS.sequence)
  expectOid(tokenType, SIGNED_DATA)
  const [signedData] = openDer(tokenContent, TAGS.context0)
  const [, , encapsulated] = openDer(signedData, TAGS.sequence)
  const [contentType, content] = openDer(encapsulated, TAGS.sequence)
  expectOid(contentType, TST_INFO)
  const [octets] = openDer(content, TAGS.context0)
  const [info] = decodeDer(contentOf(octets, TAGS.octetString))
  return openDer(info, TAGS.sequence)
}

function checkInfo(info: DerValue[], { digest, nonce }: TimestampRequest): number {
  const [, , , , time, ...optional] = info
  if (!digestIn(info).equals(digest))
    throw new OutsiderError('invalidAnswer', 'Its timestamp is of other bytes.')
  // Serial number and version come before; what else may follow has other tags.
  const repeated = optional.find(({ tag }) => tag === TAGS.integer)
  if (!repeated?.content.equals(nonce))
    throw new OutsiderError('invalidAnswer', 'Its timestamp is of another request.')
  return timeOf(time)
}

/** Returns the SHA-256 of what a timestamp is of (the message imprint). */
function digestIn([, , imprint]: readonly DerValue[]): Buffer {
  const [algorithm, hashed] = openDer(imprint, TAGS.sequence)
  expectOid(openDer(algorithm, TAGS.sequence)[0], SHA256)
  return contentOf(hashed, TAGS.octetString)
}

const digestOf = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest()

/** Reads a GeneralizedTime in UTC, such as `20260101120000.5Z`. */
function timeOf(value: DerValue | undefined): number {
  const text = contentOf(value, TAGS.generalizedTime).toString('latin1')
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?Z$/.exec(text)
  const [, year, month, day, hour, minute, second, fraction = '0'] = match ?? []
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3)}Z`
  const time = Date.parse(iso)
  if (Number.isNaN(time)) throw new DerError('It names no time.')
  return time
}

function expectOid(value: DerValue | undefined, oid: Buffer): void {
  if (!contentOf(value, TAGS.objectIdentifier).equals(oid))
    throw new DerError('An object identifier is not the expected one.')
}
