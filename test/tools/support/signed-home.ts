import { hash } from 'node:crypto'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LogEvent } from '../../../src/contract/events.ts'
import { encodeRecord, GENESIS, hashRecord } from '../../../src/store/records/record.ts'
import { encodeCheckpoint } from '../../../src/tlog/checkpoint.ts'
import { Frontier } from '../../../src/tlog/frontier.ts'
import { leafHash, nodeHash } from '../../../src/tlog/hashes.ts'
import { createSigner, encodeVkey, type Signer } from '../../../src/tlog/keys.ts'
import { signNote } from '../../../src/tlog/note.ts'
import type { SubtreeReader } from '../../../src/tlog/subtrees.ts'
import { withDatabase } from '../../store/support/scratch.ts'

export const ORIGIN = 'f2f-recorder/00112233445566aa'
/** The key that signs the log. */
export const KEY = createSigner('ed25519', ORIGIN, Buffer.alloc(32, 1))
/** The key of somebody else, who has given it the name of the log. */
export const STRANGER = createSigner('ed25519', ORIGIN, Buffer.alloc(32, 2))
export const RECORDING = 'recording-1'
export const SEGMENT = join('recordings', RECORDING, 'mic-000001.ogg.age')
const SEALED = Buffer.from('This stands for a sealed file.')

export const vkeyOf = ({ verifier }: Signer): string => encodeVkey(verifier)
export const eventKeyOf = (position: number): string => `event/${`${position}`.padStart(16, '0')}`
const sized = (size: number): string => `checkpoint/${`${size}`.padStart(16, '0')}`

type Facts = [type: string, recordingId: string | null, version: number | null, data: object][]

/** The events of a log with a key, a recording with a segment, and `more` events. */
export function eventsOf(more: number, signer = KEY): LogEvent[] {
  const segment = {
    ...{ medium: 'mic', number: 1, file: 'mic-000001.ogg.age', bytes: 9 },
    ...{ sha256: '0'.repeat(64), storedSha256: hash('sha256', SEALED) },
  }
  const facts: Facts = [
    ['daemon.started', null, null, { version: '0.2.0', witness: true }],
    ['signingKey.changed', null, null, { key: vkeyOf(signer), former: null, cause: 'created' }],
    ['command.accepted', RECORDING, 1, { command: 'recording.start' }],
    ['recording.starting', RECORDING, 2, { media: ['mic'] }],
    ['segment.closed', RECORDING, 3, segment],
    ['recording.tagged', RECORDING, 4, { tags: { customer: { $sealed: 'AAAA', at: 6 } } }],
    ['recording.closed', RECORDING, 5, { reason: 'command' }],
    ...Array.from({ length: more }, (): Facts[0] => ['desktop.locked', null, null, {}]),
  ]
  return facts.map(([type, recordingId, version, data], i) => {
    const at = new Date(Date.UTC(2026, 10, 29) + i * 1000).toISOString()
    const by = { side: 'system', client: 'recorder', user: 'maria' }
    const event = { position: i + 1, recordingId, version, type, at, by, commandId: null, data }
    return event as unknown as LogEvent
  })
}

/** Chains events. */
export function recordsOf(events: readonly LogEvent[]): string[] {
  let previous = GENESIS
  return events.map((event) => {
    const record = encodeRecord(previous, event)
    previous = hashRecord(record)
    return record
  })
}

/** Reads subtrees of a log, each computed anew. */
export function subtreesOf(records: readonly string[]): SubtreeReader {
  const leaves = records.map((record) => leafHash(Buffer.from(record)))
  return async function read(height, index): Promise<Buffer> {
    if (height === 0) return leaves[index]!
    return nodeHash(await read(height - 1, 2 * index), await read(height - 1, 2 * index + 1))
  }
}

/** Signs the checkpoint of the first records. */
export function checkpointOf(records: readonly string[], ...signers: Signer[]): string {
  const tree = new Frontier()
  for (const record of records) tree.append(leafHash(Buffer.from(record)))
  const { size } = tree
  const text = encodeCheckpoint({ origin: ORIGIN, size, root: tree.root(), extensions: [] })
  return signNote(text, signers)
}

/** Writes head, newest checkpoint and subtrees of records that are in the database. */
export function endOf(records: readonly string[], signer: Signer): Record<string, string> {
  const entries: Record<string, string> = {
    'meta/head': JSON.stringify({ position: records.length, hash: hashRecord(records.at(-1)!) }),
    'meta/checkpoint': checkpointOf(records, signer),
  }
  const tree = new Frontier()
  for (const record of records)
    for (const { height, index, hash: found } of tree.append(leafHash(Buffer.from(record))))
      entries[`tree/${`${height}`.padStart(2, '0')}/${`${index}`.padStart(16, '0')}`] =
        found.toString('hex')
  return entries
}

/** Entries of a whole log. `kept`: the sizes of kept checkpoints. */
export function entriesOf(
  records: readonly string[],
  signer: Signer,
  kept: readonly number[] = [],
): Record<string, string> {
  const entries: Record<string, string> = { 'meta/schema': '2', ...endOf(records, signer) }
  for (const [i, record] of records.entries()) entries[eventKeyOf(i + 1)] = record
  for (const size of kept) entries[sized(size)] = checkpointOf(records.slice(0, size), signer)
  return entries
}

/** Puts entries into the database of a home; undefined deletes one. */
export async function put(
  home: string,
  entries: Record<string, string | undefined>,
): Promise<void> {
  const operations = Object.entries(entries).map(([key, value]) =>
    value === undefined ? ({ type: 'del', key } as const) : ({ type: 'put', key, value } as const),
  )
  await withDatabase(join(home, 'log'), (db) => db.batch(operations))
}

/** Writes the witness of a log. */
export async function witness(home: string, records: readonly string[]): Promise<void> {
  const head = { position: records.length, hash: hashRecord(records.at(-1)!) }
  await writeFile(join(home, 'log.witness'), `${JSON.stringify(head)}\n`)
}

/** Writes a home, as a recorder that signs its log would leave it. */
export async function makeHome(records: readonly string[], kept: readonly number[] = []) {
  const home = await mkdtemp(join(tmpdir(), 'f2f-signed-'))
  await mkdir(join(home, 'recordings', RECORDING), { recursive: true })
  await writeFile(join(home, SEGMENT), SEALED)
  await put(home, entriesOf(records, KEY, kept))
  await witness(home, records)
  return home
}
