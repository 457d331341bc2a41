/** F2F_MUTATIONS: how many changes are tried, of all kinds by turns. F2F_SEED repeats a run. */
import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { verifyLog } from '../../../src/audit/verify/verify-log.ts'
import type { Verdict } from '../../../src/contract/verification.ts'
import type { Database } from '../../../src/store/database/database.ts'
import { inclusionProof } from '../../../src/tlog/proofs.ts'
import { encodeTlogProof } from '../../../src/tlog/tlog-proof.ts'
import { withDatabase } from '../../store/support/scratch.ts'
import { suite } from '../../support/suite.ts'
import {
  checkpointOf,
  eventsOf,
  KEY,
  makeHome,
  recordsOf,
  SEGMENT,
  subtreesOf,
  vkeyOf,
} from '../../tools/support/signed-home.ts'
import { type Mutation, type Original, WITH_KEY, WITHOUT_KEY } from './support/mutations.ts'

const COUNT = Number(process.env.F2F_MUTATIONS ?? 180)
const SEED = Number(process.env.F2F_SEED ?? Math.floor(Math.random() * 1e9))
/** More than one stored hash of the tree. */
const EVENTS = 520

/** Numbers from 0 up to 1 that a seed decides (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Whether a finding names the first event that was changed, or a neighbour. */
function isLocated({ findings }: Verdict, at: number): boolean {
  return findings.some(({ position }) => position !== null && Math.abs(position - at) <= 1)
}

class Attacked {
  readonly #home: string
  readonly #db: Database
  readonly #original: Original

  constructor(home: string, db: Database, original: Original) {
    this.#home = home
    this.#db = db
    this.#original = original
  }

  /** Verifies the home as it is after a change, and takes the change back. */
  async verify({ entries, media }: Mutation, receipt?: string): Promise<Verdict> {
    const before = await this.#put(entries)
    const path = join(this.#home, SEGMENT)
    if (media === null) await rm(path)
    else if (media !== undefined) await writeFile(path, media)
    try {
      return await verifyLog({
        db: this.#db,
        recordingsFolder: join(this.#home, 'recordings'),
        trustedKey: vkeyOf(KEY),
        receipts: receipt === undefined ? [] : [{ name: 'receipt', text: receipt }],
      })
    } finally {
      await this.#put(before)
      if (media !== undefined) await writeFile(path, this.#original.media)
    }
  }

  /** Puts entries. Resolves with those that they have replaced. */
  async #put(entries: Mutation['entries']): Promise<Mutation['entries']> {
    const keys = Object.keys(entries)
    const values = await this.#db.getMany(keys)
    await this.#db.batch(
      Object.entries(entries).map(([key, value]) =>
        value === undefined
          ? ({ type: 'del', key } as const)
          : ({ type: 'put', key, value } as const),
      ),
    )
    return Object.fromEntries(keys.map((key, i) => [key, values[i]]))
  }
}

suite('a home that somebody has changed', (test) => {
  test(
    `is noticed, ${COUNT} times, and the place is named`,
    async () => {
      const events = eventsOf(EVENTS)
      const records = recordsOf(events)
      const home = await makeHome(records)
      const media = await readFile(join(home, SEGMENT))
      const size = records.length
      const receipt = encodeTlogProof({
        ...{ extra: Buffer.from(records[4] as string), index: 4 },
        hashes: await inclusionProof(4, size, subtreesOf(records)),
        checkpoint: checkpointOf(records, KEY),
      })
      const original = { events, records, media }
      const random = randomFrom(SEED)
      const kinds = [...Object.entries(WITHOUT_KEY), ...Object.entries(WITH_KEY)]
      const table = new Map(kinds.map(([kind]) => [kind, { tried: 0, found: 0, located: 0 }]))
      await withDatabase(join(home, 'log'), async (raw) => {
        const attacked = new Attacked(home, raw as unknown as Database, original)
        assert.deepEqual((await attacked.verify({ entries: {} }, receipt)).findings, [])
        for (let i = 0; i < COUNT; i++) {
          const [kind, mutate] = kinds[i % kinds.length] as (typeof kinds)[0]
          const mutation = mutate(original, random)
          const row = table.get(kind) as { tried: number; found: number; located: number }
          const needsReceipt = kind in WITH_KEY
          const what = `${kind}, number ${i} with F2F_SEED=${SEED}`
          if (needsReceipt)
            assert.ok((await attacked.verify(mutation)).isGood, `${what}: the key was not stolen`)
          const verdict = await attacked.verify(mutation, needsReceipt ? receipt : undefined)
          assert.ok(!verdict.isGood, `${what}: nothing was found`)
          row.tried++
          row.found++
          const { at } = mutation
          if (at !== undefined)
            assert.ok(isLocated(verdict, at), `${what}: event ${at} is not named`)
          if (verdict.findings.some(({ file, position }) => (file ?? position) !== null))
            row.located++
        }
      })
      await rm(home, { recursive: true })
      for (const [kind, { tried, found, located }] of table)
        console.log(`${kind}: ${tried} tried, ${found} found, ${located} with their place`)
    },
    { limitMs: 60_000 + COUNT * 200 },
  )
})
