import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { CHUNK_BYTES, payloadKey, SEALED_CHUNK_BYTES, sealChunk } from '../../src/age/chunks.ts'
import { closeHeader, splitHeader, writeHeader } from '../../src/age/header.ts'
import {
  createIdentity,
  encodeIdentity,
  encodeRecipient,
  parseIdentity,
  parseRecipient,
} from '../../src/age/identity.ts'
import { SealedFileError } from '../../src/age/sealed-file-error.ts'
import { decryptAge, encryptAge } from '../../src/age/sealer.ts'
import { openStoredMedia } from '../../src/age/stored-media.ts'
import { suite } from '../support/suite.ts'
import { ageProblem, openWithAge, sealWithAge } from './support/age-program.ts'

const noAge = ageProblem()
const LENGTHS = [0, 1, 100, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES]
LENGTHS.push(2 * CHUNK_BYTES + 1, 20 * CHUNK_BYTES + 7)

suite('age files', (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'f2f-age-'))
  const identity = createIdentity()
  const put = (bytes: Buffer): string => {
    const path = join(folder, 'media.ogg.age')
    writeFileSync(path, bytes)
    return path
  }
  const isRefused = async (path: string): Promise<void> => {
    await assert.rejects(async () => {
      const media = await openStoredMedia(path, identity)
      try {
        await buffer(media.stream())
      } finally {
        await media.close()
      }
    }, SealedFileError)
  }
  test.after(() => rmSync(folder, { recursive: true }))

  test('keys are read as they are written, and nothing else is', () => {
    const secret = encodeIdentity(identity)
    const recipient = encodeRecipient(identity.recipient)
    assert.match(secret, /^AGE-SECRET-KEY-1[0-9A-Z]{58}$/)
    assert.deepEqual(parseIdentity(secret), identity)
    assert.deepEqual(parseRecipient(recipient), identity.recipient)
    for (const wrong of [
      recipient.slice(0, -1),
      `${recipient}q`,
      recipient.replace('age1', 'age2'),
    ])
      assert.equal(parseRecipient(wrong), undefined)
    for (let at = 4; at < recipient.length; at++) {
      const other = recipient[at] === 'q' ? 'p' : 'q'
      const changed = recipient.slice(0, at) + other + recipient.slice(at + 1)
      assert.equal(parseRecipient(changed), undefined, changed)
    }
  })

  test.unless(noAge, 'keys are those of the age program', () => {
    const text = execFileSync('age-keygen', {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const made = parseIdentity(/^AGE-SECRET-KEY-1\w+$/m.exec(text)?.[0] as string)
    assert.ok(made)
    assert.equal(encodeRecipient(made.recipient), /public key: (age1\w+)/.exec(text)?.[1])
  })

  test.unless(noAge, 'the age program reads files of every length, and we read its files', () => {
    for (const length of LENGTHS) {
      const bytes = randomBytes(length)
      const sealed = encryptAge(bytes, [createIdentity().recipient, identity.recipient])
      assert.deepEqual(openWithAge(put(sealed), identity), bytes, `${length} bytes`)
      const theirs = sealWithAge(bytes, [createIdentity(), identity])
      assert.deepEqual(decryptAge(theirs, identity), bytes, `${length} bytes of the program`)
    }
  })

  test('any range of a stored file is the range of its media', async () => {
    for (const length of LENGTHS) {
      const bytes = randomBytes(length)
      const media = await openStoredMedia(put(encryptAge(bytes, [identity.recipient])), identity)
      assert.equal(media.bytes, length)
      assert.deepEqual(await buffer(media.stream()), bytes)
      const places = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, length - 1]
      for (const start of places)
        for (const end of places) {
          if (start < 0 || end < start || end >= length) continue
          const part = bytes.subarray(start, end + 1)
          assert.deepEqual(await buffer(media.stream({ start, end })), part, `${start}–${end}`)
          const into = Buffer.alloc(part.length + 10)
          const { bytesRead } = await media.read(into, 3, part.length, start)
          assert.equal(bytesRead, part.length)
          assert.deepEqual(into.subarray(3, 3 + part.length), part)
        }
      await media.close()
    }
  })

  test('a file that was cut, changed, extended or reordered is refused', async () => {
    const bytes = randomBytes(3 * CHUNK_BYTES + 5)
    const sealed = encryptAge(bytes, [identity.recipient])
    const chunksAt = sealed.length - 3 * SEALED_CHUNK_BYTES - 21
    for (const length of [0, 10, chunksAt, chunksAt + 5, sealed.length - 21, sealed.length - 1])
      await isRefused(put(sealed.subarray(0, length)))
    await isRefused(put(Buffer.concat([sealed, Buffer.from('x')])))
    const chunk = (number: number) =>
      sealed.subarray(
        chunksAt + number * SEALED_CHUNK_BYTES,
        chunksAt + (number + 1) * SEALED_CHUNK_BYTES,
      )
    const head = sealed.subarray(0, chunksAt)
    await isRefused(put(Buffer.concat([head, chunk(1), chunk(0), chunk(2), chunk(3)])))
    await isRefused(put(Buffer.concat([head, chunk(0), chunk(2), chunk(3)])))
    for (let at = 0; at < sealed.length; at += at < chunksAt ? 1 : 9_973) {
      const changed = Buffer.from(sealed)
      changed[at] = (changed[at] as number) ^ 1
      await isRefused(put(changed))
    }
  })

  test('a header that age would not write is refused, however well it is confirmed', async () => {
    const fileKey = randomBytes(16)
    const nonce = randomBytes(16)
    const chunk = sealChunk(payloadKey(fileKey, nonce), 0, true, Buffer.from('media'))
    const withStanzas = (stanzas: string): string =>
      put(Buffer.concat([closeHeader(fileKey, [stanzas]), nonce, chunk]))
    const { stanzas: ours } = splitHeader(writeHeader(fileKey, [identity.recipient]))
    const line = 'A'.repeat(64)
    for (const other of ['', '-> x a b\n\n', `-> x\n${line}\nQQ\n`, `-> x\n${line}\n\n`]) {
      const media = await openStoredMedia(withStanzas(ours + other), identity)
      assert.equal(String(await buffer(media.stream())), 'media')
      await media.close()
    }
    const noStanzas = ['-- x\n\n', '->\n\n', '->  x\n\n', '-> x  a\n\n', '-> x\n', '-> ü\n\n']
    const noBodies = ['QQ=\n', 'QR\n', 'Q\n', `${line}\n`, `${line}A\n\n`, 'QQ\nQQ\n', 'Q\rQ\n']
    for (const other of [...noStanzas, ...noBodies.map((body) => `-> x\n${body}`)])
      await isRefused(withStanzas(ours + other))
    // The last character of 32 bytes has two bits that count for nothing.
    const secondText = (text: string): string => {
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
      return text.slice(0, -1) + alphabet[alphabet.indexOf(text.at(-1) as string) + 1]
    }
    for (const part of ours.match(/\S{43}/g) as string[])
      await isRefused(withStanzas(ours.replace(part, secondText(part))))
  })

  test('a file whose last chunk is empty behind another one is refused', async () => {
    const fileKey = randomBytes(16)
    const nonce = randomBytes(16)
    const key = payloadKey(fileKey, nonce)
    const chunks = [randomBytes(CHUNK_BYTES), Buffer.alloc(0)]
    const sealed = chunks.map((chunk, number) => sealChunk(key, number, number === 1, chunk))
    const file = Buffer.concat([writeHeader(fileKey, [identity.recipient]), nonce, ...sealed])
    await isRefused(put(file))
    assert.throws(() => decryptAge(file, identity), SealedFileError)
  })

  test('a file for another key is refused', async () => {
    await isRefused(put(encryptAge(randomBytes(10), [createIdentity().recipient])))
    await assert.rejects(openStoredMedia(put(randomBytes(10)), undefined), SealedFileError)
  })

  test('any number of ranges are read from an open file, one after the other', async () => {
    const warnings: Error[] = []
    const remember = (warning: Error) => warnings.push(warning)
    process.on('warning', remember)
    const plain = join(folder, 'mic-000001.ogg')
    writeFileSync(plain, randomBytes(100))
    for (const path of [plain, put(encryptAge(randomBytes(100), [identity.recipient]))]) {
      const media = await openStoredMedia(path, identity)
      for (let start = 0; start < 20; start++)
        assert.equal((await buffer(media.stream({ start, end: 50 }))).length, 51 - start)
      await media.close()
    }
    // Warnings are reported in the next turn.
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', remember)
    assert.deepEqual(warnings, [])
  })

  test('media of version 0.1 are read as they are', async () => {
    const path = join(folder, 'mic-000001.ogg')
    const bytes = randomBytes(200_000)
    writeFileSync(path, bytes)
    const media = await openStoredMedia(path, undefined)
    assert.equal(media.bytes, bytes.length)
    assert.deepEqual(
      await buffer(media.stream({ start: 5, end: 100_000 })),
      bytes.subarray(5, 100_001),
    )
    await media.close()
  })
})
