/**
 * The header of an age v1 file (https://age-encryption.org/v1, C2SP age.md): for each recipient an
 * X25519 stanza with the wrapped file key, then a MAC.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  timingSafeEqual,
} from 'node:crypto'
import { cachedFileKey } from './file-key-cache.ts'
import { createIdentity, type Identity, sharedSecret } from './identity.ts'
import { SealedFileError } from './sealed-file-error.ts'

const VERSION = 'age-encryption.org/v1'
const X25519_INFO = 'age-encryption.org/v1/X25519'
const TAG_BYTES = 16
const ZERO_NONCE = Buffer.alloc(12)

/** One or more stanzas. The last line of a body is shorter than 64 characters, and may be empty. */
const STANZAS = /^(?:-> [!-~]+(?: [!-~]+)*\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n)+$/
const LAST_BODY_LINES = /\n([A-Za-z0-9+/]{1,63})(?=\n)/g

/** The length of a file key. */
export const FILE_KEY_BYTES = 16
/** A header is not longer: it has room for about 150 recipients. */
export const MOST_HEADER_BYTES = 16_384

/** Writes the header of a file whose key is wrapped for each recipient. */
export function writeHeader(fileKey: Buffer, recipients: readonly Buffer[]): Buffer {
  return closeHeader(
    fileKey,
    recipients.map((recipient) => writeStanza(fileKey, recipient)),
  )
}

/**
 * Reads the header at the beginning of a file. Returns the file key, and where the payload begins.
 * Throws {@link SealedFileError} when it is damaged, or not sealed for the identity.
 */
export function readHeader(
  beginning: Buffer,
  identity: Identity,
): { fileKey: Buffer; end: number } {
  const header = splitHeader(beginning)
  const fileKey = cachedFileKey(header.stanzas, identity, findFileKey)
  header.assertMac(fileKey)
  return { fileKey, end: header.end }
}

/** Writes a header with these stanzas, each of which wraps the file key. */
export function closeHeader(fileKey: Buffer, stanzas: readonly string[]): Buffer {
  const text = `${VERSION}\n${stanzas.join('')}---`
  return Buffer.from(`${text} ${base64(macOf(fileKey, text))}\n`)
}

/** The parts of a header. */
export interface HeaderParts {
  stanzas: string
  /** Where the payload begins. */
  end: number
  /** Throws {@link SealedFileError} unless the file key confirms the whole header. */
  assertMac(fileKey: Buffer): void
}

/** Takes the header at the beginning of a file apart. Throws {@link SealedFileError}. */
export function splitHeader(beginning: Buffer): HeaderParts {
  const text = beginning.toString('latin1')
  const macAt = text.indexOf('\n--- ')
  const end = text.indexOf('\n', macAt + 1) + 1
  if (!text.startsWith(`${VERSION}\n`) || macAt === -1 || end === 0)
    throw new SealedFileError('The file has no header of age.')
  const stanzas = text.slice(VERSION.length + 1, macAt + 1)
  if (!STANZAS.test(stanzas)) throw new SealedFileError('The header of the file is not valid.')
  for (const [, line = ''] of stanzas.matchAll(LAST_BODY_LINES)) decodeBase64(line)
  return {
    stanzas,
    end,
    assertMac(fileKey) {
      // The text, since base64 has several for the same bytes.
      const mac = Buffer.from(text.slice(macAt + 5, end - 1))
      const expected = Buffer.from(base64(macOf(fileKey, text.slice(0, macAt + 4))))
      if (mac.length !== expected.length || !timingSafeEqual(mac, expected))
        throw new SealedFileError('The header of the file has been changed.')
    },
  }
}

function writeStanza(fileKey: Buffer, recipient: Buffer): string {
  const ephemeral = createIdentity()
  const shared = sharedSecret(ephemeral.secret, recipient)
  const key = wrapKey(shared, ephemeral.recipient, recipient)
  const cipher = createCipheriv('chacha20-poly1305', key, ZERO_NONCE, { authTagLength: TAG_BYTES })
  const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()])
  return `-> X25519 ${base64(ephemeral.recipient)}\n${base64(body)}\n`
}

function findFileKey(stanzas: string, identity: Identity): Buffer {
  for (const [, share = '', body = ''] of stanzas.matchAll(/^-> X25519 (\S+)\n(\S+)\n/gm)) {
    const fileKey = unwrapFileKey(decodeBase64(share), decodeBase64(body), identity)
    if (fileKey) return fileKey
  }
  throw new SealedFileError('The file is not sealed for this key.')
}

function unwrapFileKey(share: Buffer, body: Buffer, identity: Identity): Buffer | undefined {
  if (share.length !== 32 || body.length !== FILE_KEY_BYTES + TAG_BYTES) return undefined
  try {
    const key = wrapKey(sharedSecret(identity.secret, share), share, identity.recipient)
    const options = { authTagLength: TAG_BYTES }
    const decipher = createDecipheriv('chacha20-poly1305', key, ZERO_NONCE, options)
    decipher.setAuthTag(body.subarray(FILE_KEY_BYTES))
    return Buffer.concat([decipher.update(body.subarray(0, FILE_KEY_BYTES)), decipher.final()])
  } catch {
    // It is another recipient's.
    return undefined
  }
}

function wrapKey(shared: Buffer, share: Buffer, recipient: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', shared, Buffer.concat([share, recipient]), X25519_INFO, 32))
}

function macOf(fileKey: Buffer, text: string): Buffer {
  const key = Buffer.from(hkdfSync('sha256', fileKey, Buffer.alloc(0), 'header', 32))
  return createHmac('sha256', key).update(text).digest()
}

/** Encodes bytes as age does: without padding. */
export const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')

/** Decodes the one text that age writes for some bytes. Throws {@link SealedFileError}. */
function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (base64(bytes) !== text) throw new SealedFileError('The header of the file is not valid.')
  return bytes
}
