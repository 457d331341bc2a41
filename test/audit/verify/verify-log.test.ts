import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Level } from 'level'
import { TestKeyRing } from '../../../lab/test-keys.ts'
import { type VerifyLogOptions, verifyLog } from '../../../src/audit/verify/verify-log.ts'
import type { LogEvent } from '../../../src/contract/events.ts'
import type { FindingCode } from '../../../src/contract/verification.ts'
import { eventKey } from '../../../src/store/database/keys.ts'
import {
  decodeRecord,
  encodeRecord,
  GENESIS,
  hashRecord,
} from '../../../src/store/records/record.ts'
import { daemonStarted, History } from '../../store/support/history.ts'
import { withDatabase, withFolder, withLog } from '../../store/support/scratch.ts'
import { nameSigningKey } from '../../store/support/signing.ts'
import { suite } from '../../support/suite.ts'

type Db = Level<string, string>
type More = Partial<VerifyLogOptions>

const EVENTS = { gte: 'event/', lt: 'event0' }
const MEDIA = Buffer.from('the stored bytes of a segment')

/** A signed log of 300 events before a recording with one segment, 310 in all. */
async function makeHome(folder: string) {
  const keys = new TestKeyRing()
  const recordings = join(dirname(folder), 'recordings')
  await mkdir(join(recordings, 'recording-1'), { recursive: true })
  await writeFile(join(recordings, 'recording-1', 'mic-1.age'), MEDIA)
  const history = new History('recording-1')
  const closed = history.segmentClosed(8, 1, 1, 7)
  const sha256 = createHash('sha256').update(MEDIA).digest('hex')
  const segment = { ...closed, data: { ...closed.data, file: 'mic-1.age', storedSha256: sha256 } }
  return withLog(
    folder,
    async (log) => {
      const key = await nameSigningKey(log, keys)
      await log.append({ events: Array.from({ length: 299 }, (_, i) => daemonStarted(i)) })
        .committed
      const events = [history.starting(), history.started(), segment as never]
      const receipts = [{ name: 'early.txt', text: await log.proofs.receipt(40) }]
      await log.append({ events: renumber(events) }).committed
      await log.append({ events: [daemonStarted(400), daemonStarted(401)] }).committed
      receipts.push({ name: 'late.txt', text: await log.proofs.receipt(log.position) })
      return { key, receipts, recordings }
    },
    { keys },
  )
}

/** The versions of a recording’s events, from 1. */
function renumber<T extends { version: number | null }>(events: T[]): T[] {
  return events.map((event, i) => ({ ...event, version: i + 1 }))
}

suite('a verification', (test) => {
  const inHome =
    (
      body: (home: {
        db: Db
        key: string
        receipts: { name: string; text: string }[]
        recordings: string
        verify(
          more?: More,
        ): Promise<{ codes: FindingCode[]; verdict: Awaited<ReturnType<typeof verifyLog>> }>
      }) => Promise<void>,
    ) =>
    () =>
      withFolder(async (folder) => {
        const home = await makeHome(folder)
        await withDatabase(folder, async (db) => {
          const verify = async (more: More = {}) => {
            const verdict = await verifyLog({
              ...{ db: db as never, recordingsFolder: home.recordings },
              ...{ trustedKey: home.key, receipts: home.receipts, ...more },
            })
            return { verdict, codes: verdict.findings.map(({ code }) => code) }
          }
          await body({ ...home, db, verify })
        })
      })

  test(
    'of a good log says what it has checked',
    inHome(async ({ verify }) => {
      const { verdict } = await verify()
      assert.deepEqual(verdict.findings, [])
      assert.equal(verdict.isGood, true)
      assert.equal(verdict.position, 305)
      assert.equal(verdict.checkpointSize, 305)
      assert.deepEqual(verdict.checked, {
        ...{ events: 305, checkpoints: 1, segments: 1, bytes: MEDIA.length, receipts: 2 },
        ...{ cosignatures: 0, timestamps: 0 },
      })
      assert.equal(verdict.stillGood.length, 4)
    }),
  )

  test(
    'locates a changed event',
    inHome(async ({ db, verify }) => {
      const record = (await db.get(eventKey(150))) as string
      await db.put(eventKey(150), record.replace('"0.1.0"', '"0.1.1"'))
      const { verdict, codes } = await verify()
      assert.ok(codes.includes('chainBroken') && codes.includes('rootWrong'))
      assert.equal(verdict.findings.find(({ code }) => code === 'chainBroken')?.position, 150)
      assert.match(verdict.stillGood[0] ?? '', /^Events 1 to 149 are complete/)
    }),
  )

  test(
    'locates a missing event, and goes on behind it',
    inHome(async ({ db, verify }) => {
      await db.del(eventKey(150))
      await db.put(eventKey(200), `${await db.get(eventKey(200))}`.replace('"0.1.0"', '"0.1.1"'))
      const { verdict } = await verify()
      const at = verdict.findings.map(({ code, position }) => `${code} ${position}`)
      assert.ok(at.includes('eventMissing 150') && at.includes('chainBroken 200'), at.join())
    }),
  )

  test(
    'notices two swapped events',
    inHome(async ({ db, verify }) => {
      const [one, two] = [await db.get(eventKey(20)), await db.get(eventKey(21))]
      await db.batch([
        { type: 'put', key: eventKey(20), value: two as string },
        { type: 'put', key: eventKey(21), value: one as string },
      ])
      const { codes } = await verify()
      assert.ok(codes.includes('eventForeign') && codes.includes('chainBroken'))
    }),
  )

  test(
    'notices a log that was chained anew, and in which 256 events',
    inHome(async ({ db, verify }) => {
      await chainAnew(db, 280)
      const { verdict, codes } = await verify()
      assert.ok(codes.includes('rootWrong') && !codes.includes('chainBroken'), codes.join())
      assert.ok(!verdict.stillGood.some((text) => text.includes('checkpoint was signed')))
      await chainAnew(db, 30)
      const { verdict: earlier } = await verify()
      const tree = earlier.findings.find(({ code }) => code === 'treeWrong')
      assert.match(tree?.detail ?? '', /events 1 to 256/)
      assert.equal((await verify({ receipts: [] })).verdict.isGood, false)
    }),
  )

  test(
    'shows a cut or a roll-back to whoever holds a receipt',
    inHome(async ({ db, verify, receipts }) => {
      // As it was before: an older copy of the home, with its own head and checkpoint, is good.
      const [early] = receipts
      await db.clear({ gt: eventKey(300), lt: 'event0' })
      const hash = hashRecord((await db.get(eventKey(300))) as string)
      await db.put('meta/head', JSON.stringify({ position: 300, hash }))
      await db.put('meta/checkpoint', (early?.text ?? '').split('\n\n').slice(1).join('\n\n'))
      assert.deepEqual((await verify({ receipts: [early!] })).codes, [])
      const { verdict } = await verify()
      assert.deepEqual(
        verdict.findings.map(({ code, file }) => [code, file]),
        [['logRolledBack', 'late.txt']],
      )
      assert.match(verdict.findings[0]?.detail ?? '', /had 305 events .* has 300 now/)
    }),
  )

  test(
    'notices a key that is not the one that was given',
    inHome(async ({ verify }) => {
      const other = 'f2f-recorder/other+a4643a4f+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs'
      assert.deepEqual((await verify({ trustedKey: other })).codes, ['keyUnknown'])
      const { verdict } = await verify({ trustedKey: undefined })
      assert.equal(verdict.isGood, true)
      assert.equal(verdict.isKeyTrusted, false)
    }),
  )

  test(
    'notices a changed and a missing segment',
    inHome(async ({ recordings, verify }) => {
      const path = join(recordings, 'recording-1', 'mic-1.age')
      await writeFile(path, 'other bytes')
      const { verdict } = await verify()
      assert.deepEqual(
        verdict.findings.map(({ code, position, file }) => [code, position, file]),
        [['segmentChanged', 303, 'recordings/recording-1/mic-1.age']],
      )
      await rm(path)
      assert.deepEqual((await verify()).codes, ['segmentMissing'])
      assert.deepEqual((await verify({ recordingId: 'recording-2' })).codes, [])
    }),
  )

  test(
    'notices a forged checkpoint, and a receipt that was changed',
    inHome(async ({ db, verify, receipts }) => {
      const text = (receipts[0]?.text ?? '').replace('index 39', 'index 40')
      assert.deepEqual((await verify({ receipts: [{ name: 'r', text }] })).codes, ['receiptWrong'])
      const note = (await db.get('meta/checkpoint')) as string
      await db.put('meta/checkpoint', note.replace('\n305\n', '\n304\n'))
      assert.deepEqual((await verify()).codes, ['checkpointForged'])
      await db.del('meta/checkpoint')
      assert.deepEqual((await verify()).codes, ['checkpointMissing'])
    }),
  )

  test(
    'does not believe a log that is not signed any more to whoever holds a receipt',
    inHome(async ({ db, verify }) => {
      await chainAnew(db, 0, (event) =>
        event.type === 'signingKey.changed'
          ? { ...event, type: 'desktop.locked', data: {} }
          : event,
      )
      await db.del('meta/checkpoint')
      const { verdict, codes } = await verify({ trustedKey: undefined })
      assert.ok(codes.includes('keyUnknown'), codes.join())
      assert.equal(verdict.isGood, false)
      assert.ok(!verdict.stillGood.some((text) => text.includes('receipt')))
    }),
  )

  test(
    'notices facts that a rewritten log leaves out, and values of other events',
    inHome(async ({ db, verify }) => {
      await chainAnew(db, 0, (event) =>
        event.type === 'recording.started' ? { ...event, version: 7 } : event,
      )
      const { verdict } = await verify()
      const missing = verdict.findings.find(({ code }) => code === 'factMissing')
      assert.deepEqual([missing?.position, missing?.expected], [302, 'version 2'])
      const moved = { customer: { $sealed: 'AAAA', at: 5 } }
      await chainAnew(db, 0, (event) =>
        event.position === 302
          ? { ...event, type: 'recording.tagged', data: { tags: moved } }
          : event,
      )
      const value = (await verify()).verdict.findings.find(({ code }) => code === 'valueWrong')
      assert.equal(value?.position, 302)
    }),
  )

  test(
    'says of a folder, a pipe and an unreadable name that the segment is not there',
    inHome(async ({ recordings, verify }) => {
      const path = join(recordings, 'recording-1', 'mic-1.age')
      await rm(path)
      await mkdir(path)
      assert.deepEqual((await verify()).codes, ['segmentMissing'])
      await rm(path, { recursive: true })
      // Whoever opens a pipe to read from it waits for a writer.
      execFileSync('mkfifo', [path])
      assert.deepEqual((await verify()).codes, ['segmentMissing'])
      await rm(path)
      await symlink(path, path)
      assert.deepEqual((await verify()).codes, ['segmentMissing'])
    }),
  )

  test(
    'compares the witness',
    inHome(async ({ db, verify }) => {
      const hash = hashRecord((await db.get(eventKey(100))) as string)
      assert.deepEqual((await verify({ witness: { position: 100, hash } })).codes, [])
      assert.deepEqual((await verify({ witness: { position: 100, hash: GENESIS } })).codes, [
        'witnessWrong',
      ])
      assert.deepEqual((await verify({ witness: { position: 999, hash } })).codes, ['witnessWrong'])
    }),
  )
})

/** Changes one event, and chains it and all after it anew, with the head: as an expert would. */
async function chainAnew(
  db: Db,
  changed: number,
  change: (event: LogEvent) => object = (event) => event,
): Promise<void> {
  let hash = GENESIS
  let last = 0
  for (const [key, record] of await db.iterator(EVENTS).all()) {
    const event = decodeRecord(record)
    const data = event.position === changed ? { ...event.data, version: '6.6.6' } : event.data
    const anew = encodeRecord(hash, change({ ...event, data } as LogEvent) as never)
    await db.put(key, anew)
    hash = hashRecord(anew)
    last = event.position
  }
  await db.put('meta/head', JSON.stringify({ position: last, hash }))
}
