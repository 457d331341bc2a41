import { execFile } from 'node:child_process'
import { hash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { encodeIdentity, identityOf } from '../../../src/age/identity.ts'
import { encryptAge } from '../../../src/age/sealer.ts'
import type { LogEvent } from '../../../src/contract/events.ts'
import { recordingKeysOf } from '../../../src/custody/recording-keys.ts'
import { sealValue } from '../../../src/custody/values.ts'
import { inclusionProof } from '../../../src/tlog/proofs.ts'
import {
  checkpointOf,
  eventsOf,
  KEY,
  ORIGIN,
  RECORDING,
  recordsOf,
  subtreesOf,
  vkeyOf,
} from './signed-home.ts'

/** Longer than two chunks of age. */
export const MEDIA = Buffer.alloc(150_000, 'media ')
const SECRET = Buffer.alloc(32, 9)
const IDENTITY = identityOf(SECRET)
const FILE = 'mic-000001.ogg.age'

/** A bundle before it is written: what a test may change. */
export interface BundleParts {
  records: string[]
  /** The positions of the events in it. */
  positions: number[]
  files: Record<string, string | Buffer>
}

/** Makes the parts of a good bundle, whose segment and value can be opened. */
export function bundleParts(): BundleParts {
  const stored = encryptAge(MEDIA, [IDENTITY.recipient])
  const { valueKey } = recordingKeysOf(SECRET)
  const place = { recordingId: RECORDING, position: 6, member: 'tags.customer' }
  const sealed = { $sealed: sealValue(valueKey, place, 'Erika Musterfrau'), at: 6 }
  const events = eventsOf(20).map((event): LogEvent => {
    const data = event.data as Record<string, unknown>
    if (event.type === 'segment.closed')
      Object.assign(data, {
        ...{ bytes: MEDIA.length, sha256: hash('sha256', MEDIA) },
        storedSha256: hash('sha256', stored),
      })
    if (event.type === 'recording.tagged') data.tags = { customer: sealed }
    return event
  })
  const records = recordsOf(events)
  return {
    records,
    positions: [3, 4, 5, 6, 7],
    files: {
      'checkpoint.txt': checkpointOf(records, KEY),
      'keys.txt': `2 ${vkeyOf(KEY)}\n`,
      [`segments/${FILE}`]: stored,
      'identity.txt': `# The key of this recording\n${encodeIdentity(IDENTITY)}\n`,
      'README.txt': 'Read me.\n',
    },
  }
}

/** Writes a bundle as a folder, with a manifest that lists what is in it. */
export async function writeBundle(folder: string, parts: BundleParts): Promise<void> {
  const { records, positions, files } = parts
  const subtree = subtreesOf(records)
  const lines = positions.map(async (position) => {
    const proof = await inclusionProof(position - 1, records.length, subtree)
    const record = records[position - 1]
    return JSON.stringify({ position, record, proof: proof.map((one) => one.toString('base64')) })
  })
  const events = `${(await Promise.all(lines)).join('\n')}\n`
  await writeFiles(folder, { 'events.jsonl': events, ...files }, records.length)
}

async function writeFiles(folder: string, files: BundleParts['files'], size: number) {
  await rm(folder, { recursive: true, force: true })
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  const manifest = {
    format: 'f2f-bundle/1',
    ...{ recordingId: RECORDING, createdAt: '2026-11-29T09:00:00.000Z' },
    ...{ recorder: { version: '0.2.0' }, origin: ORIGIN, size },
    files: Object.entries(files).map(([name, content]) => {
      const bytes = Buffer.from(content)
      return { name, bytes: bytes.length, sha256: hash('sha256', bytes) }
    }),
  }
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest))
}

/** Packs the folder of a bundle as a ZIP file, with Python. */
export async function packBundle(folder: string, file: string): Promise<void> {
  const names = await readdir(folder)
  await promisify(execFile)('python3', ['-m', 'zipfile', '-c', file, ...names], { cwd: folder })
}

/** Changes a byte of a file in the folder of a bundle. */
export async function flip(folder: string, name: string, at: number): Promise<void> {
  const bytes = await readFile(join(folder, name))
  bytes[at]! ^= 1
  await writeFile(join(folder, name), bytes)
}
