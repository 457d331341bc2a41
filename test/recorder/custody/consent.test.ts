import assert from 'node:assert/strict'
import type { CommandRequests } from '../../../src/contract/commands.ts'
import type { CustodyRules } from '../../../src/contract/custody.ts'
import type { Medium } from '../../../src/contract/media.ts'
import { type Latch, latch } from '../../support/latch.ts'
import { RecorderBench, RULES } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'

const SPOKEN = { method: 'spoken' }
const GRANTED = { state: 'granted', ...SPOKEN } as const
const DECLINED = { state: 'declined', ...SPOKEN } as const
const WITHDRAWN = { state: 'withdrawn', ...SPOKEN } as const
type Consent = CommandRequests['recording.consent']

suite('consent', (test) => {
  let bench: RecorderBench
  const rules: CustodyRules = structuredClone(RULES)
  test.beforeEach(async () => {
    rules.consent = { mode: 'off', eraseWhenWithdrawn: false }
    bench = await RecorderBench.create({ rules: () => rules })
  })
  test.afterEach(() => bench.dispose())

  const start = (request: Partial<CommandRequests['recording.start']> = {}) =>
    bench.command('api', 'recording.start', request)
  const consent = (request: Consent, more: object = {}) =>
    bench.command('api', 'recording.consent', request, more)
  const types = async (): Promise<string[]> => (await bench.events()).map(({ type }) => type)

  /** From now on every search for a device waits until `found`. */
  function holdDevices(): { looking: Latch; found: Latch } {
    const looking = latch()
    const found = latch()
    const resolve = bench.platform.resolve.bind(bench.platform)
    bench.platform.resolve = async (medium, id) => {
      looking.open()
      await found.opened
      return resolve(medium, id)
    }
    return { looking, found }
  }

  test('is recorded with who said it and how, by either side, whoever controls', async () => {
    await start()
    const note = 'asked at the counter'
    const answer = await bench.command('ui', 'recording.consent', { ...GRANTED, note })
    const { state, method, by } = answer.consent ?? assert.fail('no consent')
    assert.deepEqual([state, method, by.side], ['granted', 'spoken', 'ui'])
    assert.equal(answer.consent?.note, note)
    assert.equal(answer.state, 'Active')
    assert.deepEqual(answer.allowedCommands, ['consent'])
    assert.equal(bench.platform.capturing, 3)
  })

  for (const request of [DECLINED, WITHDRAWN]) {
    test(`that is ${request.state} ends all capture before the disk knows, for either side`, async () => {
      await start()
      await bench.command('api', 'track.pause', { media: ['speaker'] })
      const disk = latch()
      bench.gate = () => disk.opened
      const ended = bench.command('ui', 'recording.consent', request)
      assert.equal(bench.platform.capturing, 0, 'cut in the same turn')
      disk.open()
      const answer = await ended
      assert.equal(answer.state, 'WrapUp')
      for (const medium of ['mic', 'speaker', 'screen'] as const)
        assert.equal(answer.tracks[medium]?.state, 'stopped')
      const wrapUp = (await bench.events()).find(({ type }) => type === 'recording.wrapUpStarted')
      assert.ok(wrapUp?.type === 'recording.wrapUpStarted')
      assert.equal(wrapUp.data.reason, 'noConsent')
    })

    test(`that is ${request.state} is final: nothing more is recorded in it, though it is granted`, async () => {
      await start({ media: ['mic'] })
      await consent(request)
      assert.equal((await consent(GRANTED)).state, 'WrapUp')
      await consent(request)
      for (const [name, more] of [
        ['track.resume', {}],
        ['track.start', { media: ['screen'] as Medium[], devices: {} }],
      ] as const)
        await assert.rejects(bench.command('api', name, more), (error: Error) => {
          assert.equal((error as { code?: string }).code, 'INVALID_STATE')
          assert.match(error.message, new RegExp(`Consent was ${request.state}`))
          return true
        })
      assert.equal(bench.platform.capturing, 0)
      assert.equal((await start({ media: ['mic'] })).state, 'Active', 'another can be started')
    })
  }

  test('that is declined ends a pause that is under way, and a start whose media do not flow yet', async () => {
    await start({ media: ['mic'] })
    bench.platform.behaviour.screen = 'hang'
    const hanging = bench.command('api', 'track.start', { media: ['screen'], devices: {} })
    const overtaken = assert.rejects(hanging, { code: 'INTERRUPTED' })
    const release = bench.platform.holdEnds()
    const pausing = bench.command('api', 'track.pause', { media: ['mic'] })
    const declined = bench.command('ui', 'recording.consent', DECLINED)
    release()
    await pausing
    await overtaken
    assert.equal((await declined).state, 'WrapUp')
    bench.platform.release('screen')
    assert.equal(bench.platform.capturing, 0)
  })

  test('that is declined ends a start that looks for its devices, of whichever side', async () => {
    const { looking, found } = holdDevices()
    const starting = assert.rejects(start({ consent: GRANTED }), { code: 'INTERRUPTED' })
    await looking.opened
    const declined = bench.command('ui', 'recording.consent', DECLINED)
    await assert.rejects(declined, { code: 'NO_CURRENT_RECORDING' })
    await starting
    found.open()
    await bench.restart()
    assert.ok(!(await types()).some((type) => type.startsWith('track.')))
  })

  test('of a customer whose recording is only being started says nothing about the one before', async () => {
    rules.consent.eraseWhenWithdrawn = true
    const before = await start({ media: ['mic'], consent: GRANTED })
    await bench.command('api', 'track.stop')
    const { looking, found } = holdDevices()
    const starting = assert.rejects(start({ media: ['mic'] }), { code: 'INTERRUPTED' })
    await looking.opened
    await assert.rejects(consent(DECLINED), { code: 'NO_CURRENT_RECORDING' })
    found.open()
    await starting
    const view = await bench.recorder.recording(before.id, 'api')
    assert.deepEqual([view.state, view.consent?.state, view.erased], ['WrapUp', 'granted', null])
  })

  test('that is granted interrupts no start', async () => {
    await start({ media: ['mic'] })
    const { looking, found } = holdDevices()
    const starting = bench.command('api', 'track.start', { media: ['screen'], devices: {} })
    await looking.opened
    await consent(GRANTED)
    found.open()
    assert.equal((await starting).tracks.screen?.state, 'recording')
  })

  test('comes with a start, and is in the log before anything is captured', async () => {
    const answer = await start({ consent: { ...GRANTED, note: 'signed form' } })
    assert.equal(answer.consent?.note, 'signed form')
    const all = await types()
    assert.ok(all.indexOf('recording.consentRecorded') < all.indexOf('track.starting'))
  })

  test('that was declined starts nothing, whatever is configured', async () => {
    for (const mode of ['off', 'record', 'required'] as const) {
      rules.consent.mode = mode
      for (const refused of [DECLINED, WITHDRAWN])
        await assert.rejects(start({ consent: refused }), { code: 'CONSENT_REQUIRED' })
    }
    assert.ok(!(await types()).includes('recording.starting'))
    assert.equal((await types()).filter((type) => type === 'command.refused').length, 6)
  })

  test('that is required is missing: nothing is started, added or resumed without it', async () => {
    await start({ media: ['mic'] })
    await bench.command('api', 'track.pause')
    rules.consent.mode = 'required'
    await assert.rejects(bench.command('api', 'track.resume'), { code: 'CONSENT_REQUIRED' })
    const screen = { media: ['screen'] as Medium[], devices: {} }
    await assert.rejects(bench.command('api', 'track.start', screen), { code: 'CONSENT_REQUIRED' })
    await consent(GRANTED)
    assert.equal((await bench.command('api', 'track.resume')).state, 'Active')
    await bench.command('api', 'track.stop')
    await assert.rejects(start(), { code: 'CONSENT_REQUIRED' })
    await assert.rejects(bench.command('ui', 'recording.start'), { code: 'CONSENT_REQUIRED' })
    assert.equal((await start({ consent: GRANTED })).consent?.state, 'granted')
  })

  test('a retry of a withdrawal under its key changes nothing more', async () => {
    await start({ media: ['mic'] })
    const idempotency = { client: 'crm', key: 'withdrawn', fingerprint: 'f' }
    const first = await consent(WITHDRAWN, { idempotency })
    const count = (await bench.events()).length
    const again = await consent(WITHDRAWN, { idempotency })
    assert.equal(again.version, first.version)
    assert.equal((await bench.events()).length, count)
  })

  test('a retry of a start under its key, after consent was withdrawn, records nothing', async () => {
    const idempotency = { client: 'crm', key: 'start', fingerprint: 'f' }
    const request = { media: ['mic'] as Medium[], consent: GRANTED }
    const first = await bench.command('api', 'recording.start', request, { idempotency })
    await consent(WITHDRAWN)
    const again = await bench.command('api', 'recording.start', request, { idempotency })
    assert.equal(again.id, first.id)
    assert.equal(bench.platform.capturing, 0)
  })

  test('a withdrawal for another version changes nothing', async () => {
    await start({ media: ['mic'] })
    await assert.rejects(consent(WITHDRAWN, { expectedVersion: 1 }), { code: 'VERSION_MISMATCH' })
    assert.equal(bench.platform.capturing, 1)
  })

  test('a withdrawal that the log cannot keep has ended capture all the same', async () => {
    await start({ media: ['mic'] })
    bench.gate = () => Promise.reject(new Error('no disk'))
    const refused = assert.rejects(consent(WITHDRAWN), { code: 'STORAGE_UNAVAILABLE' })
    assert.equal(bench.platform.capturing, 0)
    await refused
    bench.gate = undefined
    await eventually('the log is open again', () => bench.recorder.log.status === 'verified', 5_000)
    await eventually('nothing is captured', () => bench.platform.capturing === 0, 1_000)
  })

  test('a kill right after the answer loses nothing of it', async () => {
    await start({ media: ['mic'] })
    const { id } = await consent(WITHDRAWN)
    await bench.crash()
    const view = await bench.recorder.recording(id, 'api')
    assert.deepEqual([view.state, view.consent?.state], ['WrapUp', 'withdrawn'])
    await assert.rejects(bench.command('api', 'track.resume'), { code: 'INVALID_STATE' })
  })

  /** Lets a customer withdraw consent where that erases what was recorded. */
  async function withdrawn(): Promise<string> {
    rules.consent.eraseWhenWithdrawn = true
    const { id } = await start({ media: ['mic'], tags: { customer: 'C-1' } })
    await consent(WITHDRAWN)
    return id
  }

  test('that is withdrawn closes and erases the recording, if that is configured', async () => {
    const id = await withdrawn()
    const view = await bench.recorder.recording(id, 'api')
    assert.deepEqual([view.state, view.erased?.cause], ['Closed', 'consentWithdrawn'])
    assert.deepEqual(view.tags, [])
    const events = await bench.events()
    const order = ['recording.consentRecorded', 'segment.closed', 'recording.closed']
    const all = events.map(({ type }) => type)
    const places = [...order, 'recording.erasing', 'command.completed'].map((type) =>
      all.lastIndexOf(type as (typeof all)[number]),
    )
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
      'in this order',
    )
    const closed = events.find(({ type }) => type === 'recording.closed')
    assert.deepEqual(closed?.data, { reason: 'noConsent' })
    assert.equal((await start({ media: ['mic'] })).state, 'Active')
  })

  test('that is declined after the stop erases the recording, too; one that is granted does not', async () => {
    rules.consent.eraseWhenWithdrawn = true
    const { id } = await start({ media: ['mic'] })
    await bench.command('api', 'track.stop')
    assert.equal((await consent(GRANTED)).erased, null)
    assert.equal((await consent(DECLINED)).erased?.cause, 'consentWithdrawn')
    assert.equal((await bench.recorder.recording(id, 'api')).state, 'Closed')
  })

  test('that is withdrawn erases nothing before a slow disk has finished its files', async () => {
    rules.consent.eraseWhenWithdrawn = true
    const { id } = await start({ media: ['mic'] })
    const release = bench.platform.holdEnds()
    const ended = consent(WITHDRAWN)
    assert.equal(bench.platform.capturing, 0)
    // The start of another recording would close this one otherwise, without erasing it.
    await start({ media: ['screen'] })
    assert.equal((await bench.recorder.recording(id, 'api')).erased, null)
    release()
    await ended
    assert.equal((await bench.recorder.recording(id, 'api')).erased?.cause, 'consentWithdrawn')
  })

  test('that is granted again before a slow disk has finished its files erases nothing', async () => {
    rules.consent.eraseWhenWithdrawn = true
    const { id } = await start({ media: ['mic'] })
    const release = bench.platform.holdEnds()
    const ended = consent(WITHDRAWN)
    await eventually('it is in the log', async () =>
      (await types()).includes('recording.wrapUpStarted'),
    )
    assert.equal((await consent(GRANTED)).consent?.state, 'granted')
    release()
    await ended
    assert.equal((await bench.recorder.recording(id, 'api')).erased, null)
  })

  test('that is withdrawn erases a recording that another start is about to close', async () => {
    rules.consent.eraseWhenWithdrawn = true
    const { id } = await start({ media: ['mic'] })
    const release = bench.platform.holdEnds()
    const stopped = bench.command('api', 'track.stop')
    await start({ media: ['screen'] })
    const ended = consent(WITHDRAWN, { recordingId: id })
    release()
    await Promise.all([stopped, ended])
    assert.equal((await bench.recorder.recording(id, 'api')).erased?.cause, 'consentWithdrawn')
    assert.deepEqual(bench.platform.capturedMedia, ['screen'], 'the other one goes on')
  })

  for (const [how, wrapUpSeconds, close] of [
    ['a command', 3_600, () => bench.command('api', 'recording.close')],
    ['the next start', 3_600, () => start({ media: ['screen'] })],
    ['the end of the wrap-up', 1, async () => {}],
  ] as const)
    test(`that was withdrawn before the rule was set erases when ${how} closes the recording`, async () => {
      const { id } = await start({ media: ['mic'], wrapUpSeconds })
      assert.equal((await consent(WITHDRAWN)).erased, null)
      rules.consent.eraseWhenWithdrawn = true
      await close()
      await untilErased(id)
    })

  test('that was withdrawn erases nothing when a held recording is closed', async () => {
    const { id: recordingId } = await start({ media: ['mic'] })
    await bench.command('api', 'recording.hold', { reason: 'a dispute' }, { recordingId })
    await consent(WITHDRAWN)
    rules.consent.eraseWhenWithdrawn = true
    const closed = await bench.command('api', 'recording.close')
    assert.deepEqual([closed.state, closed.erased], ['Closed', null])
    const { holds } = closed
    await bench.command('api', 'recording.releaseHold', { holdId: holds[0]!.id }, { recordingId })
    await untilErased(recordingId)
  })

  test('that is withdrawn erases after a kill what the dead recorder could not', async () => {
    rules.consent.eraseWhenWithdrawn = true
    const { id } = await start({ media: ['mic'] })
    bench.platform.holdEnds()
    void consent(WITHDRAWN).catch(() => {})
    await eventually('it is in the log', async () =>
      (await types()).includes('recording.wrapUpStarted'),
    )
    await bench.crash()
    const view = await bench.recorder.recording(id, 'api')
    assert.deepEqual([view.state, view.erased?.cause], ['Closed', 'consentWithdrawn'])
  })

  /** Waits until nothing of a recording is left. */
  async function untilErased(id: string): Promise<void> {
    await eventually('it is erased', async () => (await types()).includes('recording.erased'))
    assert.equal((await bench.recorder.recording(id, 'api')).erased?.cause, 'consentWithdrawn')
    assert.equal(bench.keys.keysOf(id), undefined, 'its key is gone')
  }

  /** Ends and closes a recording to which the customer has agreed. */
  async function closed(): Promise<string> {
    const { id } = await start({ media: ['mic'], consent: GRANTED })
    await bench.command('api', 'track.stop')
    await bench.command('api', 'recording.close')
    return id
  }

  test('that is withdrawn destroys the key and completes the erasure', async () => {
    await untilErased(await withdrawn())
  })

  test('is recorded for a closed recording, too', async () => {
    const recordingId = await closed()
    const answer = await bench.command('ui', 'recording.consent', WITHDRAWN, { recordingId })
    assert.deepEqual([answer.state, answer.consent?.state], ['Closed', 'withdrawn'])
    assert.equal(answer.erased, null)
    const read = await bench.recorder.recording(recordingId, 'api')
    assert.deepEqual([read.consent, read.version], [answer.consent, answer.version])
    const stale = consent(GRANTED, { recordingId, expectedVersion: 1 })
    await assert.rejects(stale, { code: 'VERSION_MISMATCH' })
    const unknown = consent(GRANTED, { recordingId: 'no-such-recording' })
    await assert.rejects(unknown, { code: 'RECORDING_NOT_FOUND' })
  })

  test('that is withdrawn after a recording was closed erases it, if that is configured', async () => {
    rules.consent.eraseWhenWithdrawn = true
    const recordingId = await closed()
    assert.equal((await consent(GRANTED, { recordingId })).erased, null)
    const answer = await consent(WITHDRAWN, { recordingId })
    assert.equal(answer.erased?.cause, 'consentWithdrawn')
    await untilErased(recordingId)
    await assert.rejects(consent(GRANTED, { recordingId }), { code: 'ERASED' })
  })

  for (const isClosed of [false, true])
    test(`that is withdrawn erases a held recording only after its last hold, ${isClosed ? 'closed' : 'or open'}`, async () => {
      rules.consent.eraseWhenWithdrawn = true
      const recordingId = isClosed ? await closed() : (await start({ media: ['mic'] })).id
      const hold = (reason: string) =>
        bench.command('api', 'recording.hold', { reason }, { recordingId })
      await hold('a dispute')
      const { holds } = await hold('another')
      const answer = await consent(WITHDRAWN, { recordingId })
      assert.deepEqual([answer.state, answer.erased], [isClosed ? 'Closed' : 'WrapUp', null])
      for (const { id: holdId } of holds) {
        assert.equal((await bench.recorder.recording(recordingId, 'api')).erased, null)
        const release = { holdId, reason: 'settled' }
        await bench.command('api', 'recording.releaseHold', release, { recordingId })
      }
      await untilErased(recordingId)
    })

  test('that was withdrawn and granted again erases nothing when a hold is released', async () => {
    rules.consent.eraseWhenWithdrawn = true
    const recordingId = await closed()
    const held = await bench.command(
      'api',
      'recording.hold',
      { reason: 'a dispute' },
      { recordingId },
    )
    await consent(WITHDRAWN, { recordingId })
    await consent(GRANTED, { recordingId })
    const release = { holdId: held.holds[0]?.id ?? '', reason: 'settled' }
    const answer = await bench.command('api', 'recording.releaseHold', release, { recordingId })
    assert.equal(answer.erased, null)
  })
})
