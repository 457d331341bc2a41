import assert from 'node:assert/strict'
import { TEST_KEYS, TestKeyRing } from '../../../lab/test-keys.ts'
import { RecorderError } from '../../../src/contract/errors.ts'
import type { LogEvent, NewEvent } from '../../../src/contract/events.ts'
import { openValue, sealValue } from '../../../src/custody/values.ts'
import type { EventLog } from '../../../src/store/port.ts'
import { ValueSeals } from '../../../src/store/sealing/value-seals.ts'
import { suite } from '../../support/suite.ts'
import { History } from '../support/history.ts'
import { rawBytes } from '../support/raw-bytes.ts'
import { rewriteLog } from '../support/rewrite-log.ts'
import { refusal, withFolder, withLog } from '../support/scratch.ts'

const MARKERS = ['Zaphod-8841', 'Headset of Trillian', 'she nodded', 'the case of Vogon']
const ID = 'recording-1'

/** Writes a recording with something of a person in every event that can have it. */
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

/** The facts of an erasure behind some facts. */
function erasing(version: number): NewEvent[] {
  const data = { cause: 'request', reason: 'asked for' } as const
  return [
    { ...new History(ID).closed(20), version },
    { ...new History(ID).event(20, 'recording.erasing', data), version: version + 1 },
  ]
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
          for (const view of [
            await log.recording(ID),
            (await log.recordings({ limit: 9 })).items[0],
          ]) {
            assert.deepEqual([view?.tags, view?.keyMissing], [[], true])
            assert.equal(view?.tracks.mic?.device?.label, 'unreadable')
          }
          for (const read of [
            () => log.events({ after: 0, limit: 9 }),
            () => log.events({ after: 0, limit: 9, recordingId: ID }),
            () => log.tagHistory(ID),
            () => log.recordings({ tags: { customer: 'Zaphod-8841-B' }, limit: 9 }),
          ])
            await refusal('KEY_UNAVAILABLE', read)
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

  test('are gone when their recording is erased, and the log still verifies', () =>
    withFolder(async (folder) => {
      const keys = new TestKeyRing()
      await withLog(
        folder,
        async (log) => {
          await writeMarked(log)
          await log.append({ events: erasing(9) }).committed
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
          assert.match(events, /"customer":"erased"/)
          assert.match(events, /"device":{"id":"","label":"erased"}/)
          const view = await log.recording(ID)
          assert.deepEqual([view?.tags, view?.erased?.reason], [[], 'asked for'])
          assert.deepEqual(view?.tracks.mic?.device, { id: '', label: 'erased' })
          assert.equal(view?.keyMissing, undefined)
          assert.deepEqual((await log.tagHistory(ID)).entries, [])
          assert.deepEqual((await log.recordings({ text: 'zaphod', limit: 9 })).items, [])
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

  test('are refused with their log when somebody has moved one to another event', () =>
    withFolder(async (folder) => {
      await withLog(folder, writeMarked)
      await rewriteLog(folder, (stored, all) =>
        stored.position === 8 ? ({ ...stored, data: all[1]?.data } as LogEvent) : stored,
      )
      const { message } = await refusal('STORAGE_UNAVAILABLE', () =>
        withLog(folder, async () => {}),
      )
      assert.match(message, /event 8 has a value of another/)
    }))

  test('are unreadable, never those of another recording, when somebody has moved all of them', () =>
    withFolder(async (folder) => {
      await withLog(folder, writeMarked)
      await rewriteLog(folder, (stored) => ({ ...stored, recordingId: 'recording-2' }) as LogEvent)
      await withLog(folder, async (log) => {
        const events = JSON.stringify(await log.events({ after: 0, limit: 100 }))
        for (const marker of MARKERS) assert.equal(events.includes(marker), false, marker)
        await refusal('KEY_UNAVAILABLE', () => log.tagHistory('recording-2'))
        assert.equal((await log.recording('recording-2'))?.keyMissing, true)
      })
    }))

  for (const [when, reopens] of [
    ['at once', false],
    ['after an opening', true],
  ] as const)
    test(`of which nothing is left in the index of tags after an erasure, ${when}`, () =>
      withFolder(async (folder) => {
        const name = new ValueSeals(TEST_KEYS).tagName('customer', 'Zaphod-8841-B')
        await withLog(folder, async (log) => {
          await writeMarked(log)
          await log.append({ events: erasing(9) }).committed
          if (reopens) await log.reopen()
          // An opening writes a table, whose compression divides a name once in a while.
          if (!reopens) assert.ok(rawBytes(folder).includes(name))
          await Promise.all([log.clearErased(), log.clearErased()])
          assert.equal(rawBytes(folder).includes(name), false)
          assert.equal((await log.recording(ID))?.erased?.cause, 'request')
        })
        await withLog(folder, async (log) => assert.equal(log.rebuiltViews, undefined))
      }))
})
