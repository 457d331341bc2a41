import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TEST_KEYS, TestKeyRing } from '../../lab/test-keys.ts'
import { RecorderError } from '../../src/contract/errors.ts'
import type { LogEvent } from '../../src/contract/events.ts'
import { openValue, sealValue } from '../../src/custody/values.ts'
import type { EventLog } from '../../src/store/port.ts'
import { encodeRecord } from '../../src/store/record.ts'
import { ValueSeals } from '../../src/store/sealing/value-seals.ts'
import { suite } from '../support/suite.ts'
import { History } from './support/history.ts'
import { refusal, withDatabase, withFolder, withLog } from './support/scratch.ts'

const MARKERS = ['Zaphod-8841', 'Headset of Trillian', 'she nodded', 'the case of Vogon']
const ID = 'recording-1'

/** Writes a recording that is closed, with something of a person in every event that can have it. */
async function writeMarked(log: EventLog): Promise<void> {
  const history = new History(ID)
  const device = { id: 'usb-1', label: 'Headset of Trillian' }
  const events = [
    history.starting(),
    history.event(10, 'recording.tagged', { tags: { customer: 'Zaphod-8841', visits: 42 } }),
    history.event(10, 'track.starting', { medium: 'mic', segment: 1, device }),
    history.event(10, 'recording.started', {}),
    history.event(10, 'recording.consentRecorded', {
      ...{ state: 'granted', method: 'spoken', note: 'she nodded' },
    } as const),
    history.event(10, 'recording.held', { holdId: 'h1', reason: 'the case of Vogon' }),
    history.event(10, 'warning.raised', {
      ...{ code: 'SOURCE_MUTED', medium: 'mic', detail: 'Headset of Trillian is muted.' },
    } as const),
    history.event(10, 'recording.tagged', { tags: { customer: 'Zaphod-8841-B' } }),
  ]
  await log.append({
    events,
    answers: [
      {
        idempotency: { client: 'crm', key: 'order of Zaphod-8841', fingerprint: 'f' },
        render: (view) => ({ status: 201, body: view(ID) }),
      },
    ],
  }).committed
}

function rawBytes(folder: string): Buffer {
  return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))))
}

suite('values about persons in the log', (test) => {
  test('are in no file of it, and are read as they were written', () =>
    withFolder(async (folder) => {
      await withLog(folder, async (log) => {
        await writeMarked(log)
        const events = JSON.stringify(await log.events({ after: 0, limit: 100 }))
        for (const marker of MARKERS) assert.ok(events.includes(marker), marker)
        const view = await log.recording(ID)
        assert.deepEqual(
          view?.tags.map(({ key, value }) => [key, value]),
          [
            ['customer', 'Zaphod-8841-B'],
            ['visits', 42],
          ],
        )
        assert.equal(view?.tracks.mic?.device?.label, 'Headset of Trillian')
        assert.equal(view?.consent?.note, 'she nodded')
        assert.equal(view?.holds[0]?.reason, 'the case of Vogon')
        assert.equal(await log.recording(ID), view, 'an unchanged view is the same object')
        const found = await log.recordings({ tags: { customer: 'Zaphod-8841-B' }, limit: 10 })
        assert.equal(found.items.length, 1)
        const former = await log.recordings({ tags: { customer: 'Zaphod-8841' }, limit: 10 })
        assert.equal(former.items.length, 0)
        const kept = await log.answer({ client: 'crm', key: 'order of Zaphod-8841' })
        assert.match(JSON.stringify(kept), /Zaphod-8841-B/)
      })
      const raw = rawBytes(folder)
      for (const marker of [...MARKERS, 'crm\\",\\"order', 'usb-1'])
        assert.equal(raw.includes(marker), false, marker)
    }))

  test('are verified and folded without a key, and read again when it is back', () =>
    withFolder(async (folder) => {
      await withLog(folder, writeMarked)
      const keys = new TestKeyRing()
      const missing = new RecorderError('KEY_UNAVAILABLE', 'It is not there.')
      keys.problem = missing
      await withLog(
        folder,
        async (log) => {
          assert.equal(log.rebuiltViews, undefined)
          assert.equal(log.status, 'readOnly')
          const view = await log.recording(ID)
          assert.equal(view?.tags[0]?.value, 'unreadable')
          await refusal('KEY_UNAVAILABLE', () =>
            log.append({ events: [new History('recording-2').starting()] }),
          )
          await refusal('KEY_UNAVAILABLE', () => log.reopen())
          keys.problem = undefined
          await log.reopen()
          assert.equal(log.status, 'verified')
          assert.equal((await log.recording(ID))?.tags[0]?.value, 'Zaphod-8841-B')
        },
        { keys },
      )
    }))

  test('are gone when the key of their recording is destroyed, and the log still verifies', () =>
    withFolder(async (folder) => {
      const keys = new TestKeyRing()
      await withLog(
        folder,
        async (log) => {
          await writeMarked(log)
          await keys.destroy(ID)
        },
        { keys },
      )
      await withLog(
        folder,
        async (log) => {
          assert.equal(log.rebuiltViews, undefined)
          const events = JSON.stringify(await log.events({ after: 0, limit: 100 }))
          for (const marker of MARKERS) assert.equal(events.includes(marker), false, marker)
          assert.match(events, /unreadable/)
          const key = { client: 'crm', key: 'order of Zaphod-8841' }
          await refusal('ERASED', () => log.answer(key))
        },
        { keys },
      )
    }))

  test('open in their own place only, and not when a bit has changed', () => {
    const { valueKey } = TEST_KEYS.keysOf(ID)!
    const place = { recordingId: ID, position: 7, member: 'tags.customer' }
    const sealed = sealValue(valueKey, place, 'Zaphod')
    assert.equal(openValue(valueKey, place, sealed), 'Zaphod')
    assert.notEqual(sealValue(valueKey, place, 'Zaphod'), sealed, 'the same value looks different')
    for (const other of [
      { ...place, position: 8 },
      { ...place, recordingId: 'recording-2' },
      { ...place, recordingId: null },
      { ...place, member: 'tags.other' },
    ])
      assert.throws(() => openValue(valueKey, other, sealed))
    assert.throws(() => openValue(TEST_KEYS.home().valueKey, place, sealed))
    const bytes = Buffer.from(sealed, 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
      assert.throws(() => openValue(valueKey, place, changed.toString('base64url')))
    }
  })

  test('that version 0.1 wrote unsealed are read as they are, also beside sealed ones', () =>
    withFolder(async (folder) => {
      await withLog(folder, writeMarked)
      const seals = new ValueSeals(TEST_KEYS)
      await withDatabase(folder, async (db) => {
        let prev = '0'.repeat(64)
        const { hashRecord, decodeRecord } = await import('../../src/store/record.ts')
        let position = 0
        for (const [key, value] of await db.iterator({ gte: 'event/', lt: 'event0' }).all()) {
          const stored = decodeRecord(value)
          const plain = seals.openEvent(stored, () => false) as LogEvent
          // The first half as 0.1 wrote it.
          position = stored.position
          const record = encodeRecord(prev, position <= 4 ? plain : stored)
          prev = hashRecord(record)
          await db.put(key, record)
        }
        await db.put('meta/head', JSON.stringify({ position, hash: prev }))
        await db.del('meta/projections')
      })
      await withLog(
        folder,
        async (log) => {
          const events = JSON.stringify(await log.events({ after: 0, limit: 100 }))
          for (const marker of MARKERS) assert.ok(events.includes(marker), marker)
          const found = await log.recordings({ tags: { customer: 'Zaphod-8841-B' }, limit: 10 })
          assert.equal(found.items.length, 1)
        },
        { witnessFile: `${folder}.other`, acceptLostWitness: true },
      )
    }))
})
