/** A complete small log with all its hashes and signatures, to test verifiers with. */
import { createCipheriv, hash } from 'node:crypto'
import { encodeIdentity, identityOf } from '../../src/age/identity.ts'
import { encryptAge } from '../../src/age/sealer.ts'
import { deriveKey } from '../../src/custody/derive-key.ts'
import { encodeRecord, GENESIS, hashRecord } from '../../src/store/records/record.ts'
import { encodeCheckpoint } from '../../src/tlog/checkpoint.ts'
import { cosign } from '../../src/tlog/cosignature.ts'
import { leafHash, nodeHash } from '../../src/tlog/hashes.ts'
import { createSigner, encodeVkey, type Signer } from '../../src/tlog/keys.ts'
import { signNote } from '../../src/tlog/note.ts'
import { signatureLine } from '../../src/tlog/note-signature.ts'
import { consistencyProof, inclusionProof } from '../../src/tlog/proofs.ts'
import { rootAt, type SubtreeReader } from '../../src/tlog/subtrees.ts'
import { encodeTlogProof } from '../../src/tlog/tlog-proof.ts'
import { exampleEvents, RECORDING_ID, sealedPlace, TAGGED_AT } from './log-vector-events.ts'

/** Secrets are bytes that count upwards: the vectors are the same every time. */
const bytesFrom = (first: number, length = 32): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => first + i))
const ORIGIN = 'f2f-recorder/0123456789abcdef'
const FIRST = createSigner('ed25519', ORIGIN, bytesFrom(0x00))
const SECOND = createSigner('ed25519', ORIGIN, bytesFrom(0x20))
const WITNESS = createSigner('cosignature', 'witness.example', bytesFrom(0x40))
const IDENTITY = identityOf(bytesFrom(0x60))
const NONCE = bytesFrom(0xa0, 12)
const COSIGNED_AT = 1_800_000_000
/** The batches end here; each has a checkpoint. The second key signs from event 8 on. */
const SIZES = [1, 2, 7, 8, 9]
const ROTATED_AT = 8
const LARGE_SIZES = [255, 256, 257, 300]

const hex = (bytes: Buffer): string => bytes.toString('hex')
const base64 = (bytes: Buffer): string => bytes.toString('base64')

/** A sealed file cannot be made twice with the same bytes, so the one that is there is kept. */
export type KeptVectors = { age?: { stored: string } }

/** Makes all vectors. */
export async function makeVectors(kept: KeptVectors) {
  const records = makeRecords()
  const subtree = subtreesOf(records.map((record) => leafHash(Buffer.from(record))))
  const checkpoints = await Promise.all(SIZES.map((size) => checkpointAt(size, subtree)))
  const newest = checkpoints.at(-1)!.note
  const size = records.length
  return {
    about: 'Test vectors of docs/log-format.md, made by scripts/docs/write-log-vectors.ts.',
    keys: {
      log: { secret: hex(bytesFrom(0x00)), vkey: encodeVkey(FIRST.verifier) },
      rotated: { secret: hex(bytesFrom(0x20)), vkey: encodeVkey(SECOND.verifier) },
      witness: { secret: hex(bytesFrom(0x40)), vkey: encodeVkey(WITNESS.verifier) },
    },
    records: records.map((record, i) => ({
      position: i + 1,
      record,
      sha256: hashRecord(record),
      leaf: hex(leafHash(Buffer.from(record))),
    })),
    head: JSON.stringify({ position: size, hash: hashRecord(records.at(-1)!) }),
    nodes: await nodesOf(size, subtree),
    checkpoints,
    inclusion: await Promise.all(
      records.map(async (_, index) => ({
        index,
        size,
        proof: (await inclusionProof(index, size, subtree)).map(base64),
      })),
    ),
    consistency: await Promise.all(
      SIZES.map(async (from) => ({
        from,
        to: size,
        proof: (await consistencyProof(from, size, subtree)).map(base64),
      })),
    ),
    receipt: encodeTlogProof({
      extra: Buffer.from(records[TAGGED_AT - 1]!),
      index: TAGGED_AT - 1,
      hashes: await inclusionProof(TAGGED_AT - 1, size, subtree),
      checkpoint: newest,
    }),
    largeTree: await makeLargeTree(),
    sealedValue: sealValue(),
    age: sealMedia(kept),
  }
}

/** The vectors. */
export type Vectors = Awaited<ReturnType<typeof makeVectors>>

function makeRecords(): string[] {
  const records: string[] = []
  let previous = GENESIS
  const keys = { first: encodeVkey(FIRST.verifier), second: encodeVkey(SECOND.verifier) }
  for (const event of exampleEvents({ ...keys, sealed: sealValue().sealed })) {
    const record = encodeRecord(previous, event)
    records.push(record)
    previous = hashRecord(record)
  }
  return records
}

/** Computes every subtree anew: the vectors are small. */
function subtreesOf(leaves: Buffer[]): SubtreeReader {
  return async function subtree(height, index): Promise<Buffer> {
    if (height === 0) return leaves[index]!
    return nodeHash(await subtree(height - 1, 2 * index), await subtree(height - 1, 2 * index + 1))
  }
}

async function nodesOf(size: number, subtree: SubtreeReader) {
  const nodes: { height: number; index: number; hash: string }[] = []
  for (let height = 1; 2 ** height <= size; height++)
    for (let index = 0; (index + 1) * 2 ** height <= size; index++)
      nodes.push({ height, index, hash: hex(await subtree(height, index)) })
  return nodes
}

async function checkpointAt(size: number, subtree: SubtreeReader) {
  const root = await rootAt(size, subtree)
  const text = encodeCheckpoint({ origin: ORIGIN, size, root, extensions: [] })
  const signers: Signer[] =
    size < ROTATED_AT ? [FIRST] : size === ROTATED_AT ? [FIRST, SECOND] : [SECOND]
  const cosignature = size === ROTATED_AT ? signatureLine(cosign(text, WITNESS, COSIGNED_AT)) : ''
  return { size, root: hex(root), note: signNote(text, signers) + cosignature }
}

async function makeLargeTree() {
  const record = (index: number): string => `leaf ${index}`
  const count = Math.max(...LARGE_SIZES)
  const subtree = subtreesOf(
    Array.from({ length: count }, (_, i) => leafHash(Buffer.from(record(i)))),
  )
  const roots = LARGE_SIZES.map(async (size) => ({ size, root: hex(await rootAt(size, subtree)) }))
  return {
    record: 'leaf <index>',
    stored: { 'tree/08/0000000000000000': hex(await subtree(8, 0)) },
    roots: await Promise.all(roots),
  }
}

function sealValue() {
  const { recordingId, position, member } = sealedPlace
  const key = deriveKey(IDENTITY.secret, 'values of a recording')
  const associatedData = JSON.stringify(['f2f value', recordingId, position, member])
  const plain = JSON.stringify('Erika Musterfrau')
  const cipher = createCipheriv('aes-256-gcm', key, NONCE).setAAD(Buffer.from(associatedData))
  const sealed = Buffer.concat([NONCE, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  return {
    ...{ recordingId, position, member },
    identity: encodeIdentity(IDENTITY),
    secret: hex(IDENTITY.secret),
    key: hex(key),
    nonce: hex(NONCE),
    associatedData,
    plain,
    sealed: sealed.toString('base64url'),
  }
}

function sealMedia({ age }: KeptVectors) {
  const media = 'These would be media.\n'
  const stored = age
    ? Buffer.from(age.stored, 'base64')
    : encryptAge(Buffer.from(media), [IDENTITY.recipient])
  return {
    recordingId: RECORDING_ID,
    identity: encodeIdentity(IDENTITY),
    media,
    sha256: hash('sha256', media),
    stored: base64(stored),
    storedSha256: hash('sha256', stored),
  }
}
