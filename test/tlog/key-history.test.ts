import assert from 'node:assert/strict'
import { encodeCheckpoint } from '../../src/tlog/checkpoint.ts'
import { keyAt, openByHistory } from '../../src/tlog/key-history.ts'
import { createSigner, encodeVkey, type Signer } from '../../src/tlog/keys.ts'
import { signNote } from '../../src/tlog/note.ts'
import { suite } from '../support/suite.ts'

const ORIGIN = 'log.example'
const FIRST = createSigner('ed25519', ORIGIN, Buffer.alloc(32, 1))
const SECOND = createSigner('ed25519', ORIGIN, Buffer.alloc(32, 2))
const KEYS = [
  { position: 2, key: encodeVkey(FIRST.verifier) },
  { position: 10, key: encodeVkey(SECOND.verifier) },
]

const noteOf = (size: number, ...signers: Signer[]): string =>
  signNote(
    encodeCheckpoint({ origin: ORIGIN, size, root: Buffer.alloc(32), extensions: [] }),
    signers,
  )

suite('the keys of a log', (test) => {
  test('sign from their positions on, until the next one', () => {
    assert.deepEqual(
      [1, 2, 9, 10, 99].map((size) => keyAt(KEYS, size)?.position),
      [undefined, 2, 2, 10, 10],
    )
    assert.equal(openByHistory(noteOf(9, FIRST), KEYS).size, 9)
    assert.equal(openByHistory(noteOf(10, SECOND, FIRST), KEYS).size, 10)
  })

  test('open no checkpoint of a time that is not theirs', () => {
    for (const note of [noteOf(10, FIRST), noteOf(9, SECOND)])
      assert.throws(() => openByHistory(note, KEYS), /no signature of a known key/)
    assert.throws(() => openByHistory(noteOf(1, FIRST), KEYS), /older than the first key/)
  })
})
