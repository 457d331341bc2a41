import assert from 'node:assert/strict'
import {
  type Checkpoint,
  encodeCheckpoint,
  openCheckpoint,
  parseCheckpoint,
} from '../../src/tlog/checkpoint.ts'
import { cosign } from '../../src/tlog/cosignature.ts'
import { EMPTY_ROOT } from '../../src/tlog/hashes.ts'
import {
  createSigner,
  createVerifier,
  encodeVkey,
  parseVkey,
  type Verifier,
} from '../../src/tlog/keys.ts'
import { decodeUtf8, openNote, parseNote, signNote } from '../../src/tlog/note.ts'
import { signatureLine } from '../../src/tlog/note-signature.ts'
import { inclusionProof } from '../../src/tlog/proofs.ts'
import { TlogError } from '../../src/tlog/tlog-error.ts'
import { encodeTlogProof, parseTlogProof, verifyTlogProof } from '../../src/tlog/tlog-proof.ts'
import { suite } from '../support/suite.ts'
import { StoredTree } from './support/tree.ts'
import { goVectors } from './support/vectors.ts'

const ORIGIN = 'example.com/log'
const SECONDS = 1_679_315_147

suite('signed notes, checkpoints and proof files', (test) => {
  const vectors = goVectors()
  const signers = vectors.keys.map(({ name, secret }) =>
    createSigner('ed25519', name, Buffer.from(secret, 'hex')),
  )
  const log = signers[0]!
  const known = signers.map(({ verifier }) => verifier)
  const witness = createSigner('cosignature', 'witness.example/w1', Buffer.alloc(32, 3))
  const logKeys = { origin: ORIGIN, keys: [log.verifier] }
  const tree = new StoredTree().grow(70)
  const checkpointAt = (size: number): string =>
    signNote(encodeCheckpoint({ origin: ORIGIN, size, root: tree.roots[size]!, extensions: [] }), [
      log,
    ])

  test('the example of the specification is opened by its key', () => {
    const vkey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
    const note =
      'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi' +
      '2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n'
    const { text, verified, unknown } = openNote(note, [parseVkey(vkey)])
    assert.equal(text, 'This is an example message.\n')
    assert.deepEqual([verified.length, unknown.length], [1, 0])
    assert.equal(encodeVkey(parseVkey(vkey)), vkey)
  })

  test('keys and signatures equal those of Go, byte by byte', () => {
    assert.deepEqual(
      known.map(encodeVkey),
      vectors.keys.map(({ vkey }) => vkey),
    )
    assert.deepEqual(
      vectors.keys.map(({ vkey }) => parseVkey(vkey).publicKey),
      known.map(({ publicKey }) => publicKey),
    )
    for (const { text, keys, note } of vectors.signed)
      assert.equal(signNote(text, signers.slice(0, keys)), note)
  })

  test('a note is opened exactly when Go opens it', () => {
    const opens = (base64: string): boolean => {
      try {
        openNote(decodeUtf8(Buffer.from(base64, 'base64')), known)
        return true
      } catch (error) {
        assert.ok(error instanceof TlogError)
        return false
      }
    }
    for (const { name, base64, opens: expected } of vectors.notes)
      assert.equal(opens(base64), expected, name)
  })

  test('signatures of unknown keys are ignored, a wrong one of a known key is not', () => {
    const note = signNote('text\n', signers)
    assert.equal(openNote(note, known).verified.length, 2)
    const { verified, unknown } = openNote(note, [known[1]!])
    assert.deepEqual(
      [verified[0]!.name, unknown.map(({ name }) => name)],
      ['örtlich.example', [ORIGIN]],
    )
    assert.throws(() => openNote(note, []), /no signature of a known key/)
    // The same name and id by another key: the signature is verified, and is wrong.
    const other = createSigner('ed25519', ORIGIN, Buffer.alloc(32, 8)).verifier
    assert.throws(() => openNote(note, [known[1]!, { ...other, id: known[0]!.id }]), /is wrong/)
    // Only the id, or only the name, is the same: a key that nobody knows.
    assert.throws(() => openNote(note, [other]), /no signature of a known key/)
    const lines = Array.from({ length: 101 }, () => signatureLine(parseNote(note).signatures[0]!))
    assert.throws(() => parseNote(`text\n\n${lines.join('')}`), /more than 100/)
  })

  test('a verifier key that is not one is refused', () => {
    const vkey = encodeVkey(known[0]!)
    const cosigner = encodeVkey(witness.verifier)
    assert.equal(encodeVkey(parseVkey(cosigner)), cosigner)
    assert.notEqual(
      witness.verifier.id,
      createVerifier('ed25519', witness.verifier.name, witness.verifier.publicKey).id,
    )
    const mldsa = `w+00000000+${Buffer.alloc(1313, 6).toString('base64')}`
    for (const wrong of [
      ...['', 'x', `x${vkey}`, vkey.slice(0, -1), `${vkey}\n`, vkey.toUpperCase(), `+${vkey}`],
      ...[vkey.replace('+d', '+e'), vkey.replace('example', 'exa mple'), mldsa],
      encodeVkey({ ...known[0]!, type: 'cosignature' }),
    ])
      assert.throws(() => parseVkey(wrong), TlogError, wrong)
    for (const name of ['', 'a b', 'a+b', 'a\u00a0b', 'a\nb', 'a\u0001'])
      assert.throws(() => createSigner('ed25519', name, Buffer.alloc(32)), TlogError)
    assert.throws(() => createSigner('ed25519', 'a', Buffer.alloc(31)), TlogError)
  })

  test('a checkpoint is read as it was written, and nothing else is', () => {
    const root = tree.roots[70]!
    const checkpoint: Checkpoint = { origin: ORIGIN, size: 70, root, extensions: ['a b', 'c'] }
    assert.deepEqual(parseCheckpoint(encodeCheckpoint(checkpoint)), checkpoint)
    const { text, signatures, cosignatures, size } = openCheckpoint(checkpointAt(70), logKeys)
    assert.deepEqual([size, signatures.length, cosignatures.length], [70, 1, 0])
    assert.deepEqual(parseCheckpoint(text).root, root)
    assert.equal(checkpointAt(70), vectors.signed[0]!.note)
    const base64 = root.toString('base64')
    const empty = EMPTY_ROOT.toString('base64')
    assert.equal(parseCheckpoint(`${ORIGIN}\n0\n${empty}\n`).size, 0)
    for (const wrong of [
      ...['', '\n', `a\n70\n${base64}`, `a\n70\n`, `\n70\n${base64}\n`, `a\n\n${base64}\n`],
      ...[`a\n070\n${base64}\n`, `a\n-1\n${base64}\n`, `a\n+1\n${base64}\n`, `a\n7.0\n${base64}\n`],
      ...[`a\n0x7\n${base64}\n`, `a\n 70\n${base64}\n`, `a\n9007199254740992\n${base64}\n`],
      ...[`a\n70\n${base64.slice(0, -1)}\n`, `a\n70\n${base64}=\n`, `a\n70\nAAAA\n`],
      ...[`a\n70\n${base64}\n\n`, `a\n70\n${base64}\n\nx\n`, `a\n0\n${base64}\n`],
      `a\r\n70\r\n${base64}\r\n`,
    ])
      assert.throws(() => parseCheckpoint(wrong), TlogError, JSON.stringify(wrong))
    for (const wrong of [{ origin: '' }, { origin: 'a\nb' }, { extensions: [''] }, { root: empty }])
      assert.throws(() => encodeCheckpoint({ ...checkpoint, ...wrong } as Checkpoint), TlogError)
    assert.throws(() => encodeCheckpoint({ ...checkpoint, size: -1 }), RangeError)
    assert.throws(() => openCheckpoint(checkpointAt(70), { ...logKeys, origin: 'x' }), /is of "ex/)
  })

  test('a cosignature says when its witness saw the checkpoint', () => {
    const note = checkpointAt(70)
    const { text } = parseNote(note)
    const cosignature = cosign(text, witness, SECONDS)
    const cosigned = note + signatureLine(cosignature)
    const { cosignatures } = openCheckpoint(cosigned, logKeys, [witness.verifier])
    assert.deepEqual(
      cosignatures.map(({ name, seconds }) => [name, seconds]),
      [['witness.example/w1', SECONDS]],
    )
    assert.equal(openCheckpoint(cosigned, logKeys).cosignatures.length, 0)
    for (const at of cosignature.bytes.keys()) {
      const bytes = Buffer.from(cosignature.bytes)
      bytes[at]! ^= 1
      const wrong = note + signatureLine({ ...cosignature, bytes })
      assert.throws(() => openCheckpoint(wrong, logKeys, [witness.verifier]), /is wrong/, `${at}`)
    }
    // As filippo.io/torchwood, which litewitness uses, signed this checkpoint with this key.
    assert.equal(
      encodeVkey(witness.verifier),
      'witness.example/w1+d9ed62c5+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR',
    )
    const fromGo =
      '— witness.example/w1 2e1ixQAAAABrC3lQVk/RWIgHzXIq8BO4Mq1qAUqfSbCfJvPyJiFZrAKnm6cCDOyAe1YdBc' +
      '6hv4Ly8kxWMhZKHpiBpk+Z20AgQ3H4CA==\n'
    const goSeconds = 1_795_914_064
    assert.equal(signatureLine(cosign(text, witness, goSeconds)), fromGo)
    // A witness cannot sign for the log, nor the log as a witness.
    const asLog = { origin: ORIGIN, keys: [witness.verifier] }
    assert.doesNotThrow(() => openCheckpoint(cosigned, asLog))
    assert.throws(() => cosign(text, log, SECONDS), TlogError)
    assert.throws(() => signNote(text, [witness]), TlogError)
    const zero = note + signatureLine(cosign(text, witness, 0))
    assert.throws(() => openCheckpoint(zero, logKeys, [witness.verifier]), /is wrong/)
  })

  test('a proof file proves its record offline, and no other', async () => {
    const checkpoint =
      checkpointAt(70) + signatureLine(cosign(parseNote(checkpointAt(70)).text, witness, SECONDS))
    const hashes = await inclusionProof(41, 70, tree.subtrees(70))
    const extra = Buffer.from('{}')
    for (const proof of [
      { index: 41, hashes, checkpoint },
      { extra, index: 41, hashes, checkpoint },
    ]) {
      const text = encodeTlogProof(proof)
      assert.ok(text.startsWith('c2sp.org/tlog-proof@v1\n'))
      assert.deepEqual(parseTlogProof(text), proof)
    }
    const verify = (text: string, leaf = 41, keys: Verifier[] = [log.verifier]) =>
      verifyTlogProof(parseTlogProof(text), tree.leaves[leaf]!, { origin: ORIGIN, keys }, [
        witness.verifier,
      ])
    const text = encodeTlogProof({ extra, index: 41, hashes, checkpoint })
    const opened = verify(text)
    assert.deepEqual([opened.size, opened.cosignatures[0]!.seconds], [70, SECONDS])
    assert.throws(() => verify(text, 40), /does not show this leaf/)
    assert.throws(() => verify(text, 41, [known[1]!]), /no signature of a known key/)
    for (const index of [40, 42, 70])
      assert.throws(() => verify(text.replace('index 41', `index ${index}`)), /does not show/)
    const line = hashes[0]!.toString('base64')
    for (const wrong of [
      ...['', text.replace('@v1', '@v2'), text.replace('index', 'Index'), `\n${text}`],
      ...[text.replace('index 41', 'index 041'), text.replace('index 41\n', '')],
      ...[text.replace('extra e30=', 'extra '), text.replace('extra e30=', 'extra e30')],
      ...[text.replace(line, line.slice(1)), text.replace(line, `${line} `)],
      text.replace(`${line}\n`, `${line}\n`.repeat(64)),
      text.replaceAll('\n', '\r\n'),
    ])
      assert.throws(() => parseTlogProof(wrong), TlogError, wrong.slice(0, 60))
    // A hash too few or too many is not read as an error of form, and proves nothing.
    assert.throws(() => verify(text.replace(`${line}\n`, '')), /does not show/)
    assert.throws(() => verify(text.replace(line, `${line}\n${line}`)), /does not show/)
    assert.equal(
      encodeTlogProof({ extra: Buffer.of(), index: 1, hashes: [], checkpoint: 'x' }),
      'c2sp.org/tlog-proof@v1\nindex 1\n\nx',
    )
  })

  test('changed bytes of a proof file never prove', async () => {
    const hashes = await inclusionProof(41, 70, tree.subtrees(70))
    const bytes = Buffer.from(encodeTlogProof({ index: 41, hashes, checkpoint: checkpointAt(70) }))
    for (const at of bytes.keys()) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1
      assert.throws(
        () => verifyTlogProof(parseTlogProof(decodeUtf8(changed)), tree.leaves[41]!, logKeys),
        TlogError,
        `byte ${at}`,
      )
    }
  })
})
