import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Retention } from '../../../src/recorder/custody/retention.ts'
import { eventually, suite } from '../../support/suite.ts'
import { ADMIN, CustodyBench } from './support/custody-bench.ts'

const WITHDRAWN = { state: 'withdrawn', method: 'spoken' } as const

const TWO_HOURS_MS = 2 * 60 * 60 * 1_000

const consentRules = (eraseWhenWithdrawn: boolean) =>
  ({ mode: 'record', eraseWhenWithdrawn }) as const

/** A recorder that erases what lacks consent, whose log has lost its end. */
async function custodyWithLostEnd(prepare: (custody: CustodyBench) => Promise<void>) {
  const custody = await CustodyBench.create({}, { consent: consentRules(false) })
  const { bench } = custody
  await prepare(custody)
  custody.rules = { ...custody.rules, consent: consentRules(true) }
  bench.acceptLostWitness = true
  await bench.crash(() => rm(join(bench.folder, 'log.head')))
  bench.acceptLostWitness = false
  const wasErased = async (id: string) => (await bench.recorder.recording(id, 'api')).erased
  const withdraw = (id: string) =>
    bench.command('api', 'recording.consent', WITHDRAWN, { recordingId: id, by: ADMIN })
  return { custody, bench, wasErased, withdraw }
}

suite('a log that may have lost holds', (test) => {
  test('erases no interrupted recording without consent, at this start or a later one, until a person confirms the holds', async () => {
    const ids: string[] = []
    const { custody, bench, wasErased } = await custodyWithLostEnd(async ({ bench }) => {
      for (const media of [['mic'], ['screen']] as const) {
        const { id } = await bench.command('api', 'recording.start', { media: [...media] })
        await bench.command('api', 'recording.consent', WITHDRAWN)
        ids.push(id)
        if (ids.length === 1) await bench.command('api', 'recording.hold', { reason: 'a dispute' })
      }
    })
    const [held = '', lost = ''] = ids
    for (let start = 0; start < 2; start++) {
      assert.equal(await wasErased(lost), null, `start ${start}`)
      assert.ok(!(await custody.types(lost)).includes('recording.erasing'))
      await bench.crash()
    }
    const messages = async () =>
      (await bench.recorder.application('api')).errors.map(({ message }) => message).join()
    await eventually('a warning', async () => /holds that were placed after/.test(await messages()))
    assert.equal((await bench.recorder.retention.report()).due, 1)
    await bench.recorder.retention.confirmHolds(ADMIN)
    await eventually('it is erased then', async () =>
      (await custody.types(lost)).includes('recording.erased'),
    )
    assert.equal((await wasErased(lost))?.cause, 'consentWithdrawn')
    assert.equal(await wasErased(held), null, 'the held one stays')
    await eventually('no warning', async () => (await messages()) === '')
    await bench.dispose()
  })

  test('erases nothing when consent is withdrawn later, until then; what is held by then stays', async () => {
    const ids: string[] = []
    const { custody, bench, wasErased, withdraw } = await custodyWithLostEnd(async (before) => {
      for (let count = 0; count < 4; count++) ids.push(await before.closed())
      await before.hold(ids[3] ?? '')
      const how = { recordingId: ids[3] ?? '', by: ADMIN }
      await before.bench.command('api', 'recording.consent', WITHDRAWN, how)
    })
    const [again = '', due = '', former = '', released = ''] = ids
    const [hold] = (await bench.recorder.recording(released, 'api')).holds
    assert.equal((await custody.release(released, hold?.id ?? '')).erased, null)
    for (const id of [again, due]) assert.equal((await withdraw(id)).erased, null)
    const { id: open } = await bench.command('api', 'recording.start', { media: ['mic'] })
    const answer = await withdraw(open)
    assert.deepEqual([answer.state, answer.erased], ['WrapUp', null])
    await custody.hold(again)
    await bench.recorder.retention.confirmHolds(ADMIN)
    for (const id of [due, open, released])
      await eventually('it is erased', async () =>
        (await custody.types(id)).includes('recording.erased'),
      )
    assert.equal(await wasErased(again), null)
    assert.equal(await wasErased(former), null)
    await withdraw(former)
    assert.equal((await wasErased(former))?.cause, 'consentWithdrawn', 'the rule is in force')
    await bench.dispose()
  })

  test('erases what waits also when the clock was ahead before, and was set back', async () => {
    let id = ''
    const { custody, bench, withdraw } = await custodyWithLostEnd(async (before) => {
      id = await before.closed()
      const { clock } = before.bench
      const { now } = clock
      clock.now = () => now() + TWO_HOURS_MS
      await before.hold(await before.closed())
      clock.now = now
      await before.closed()
    })
    assert.equal((await withdraw(id)).erased, null)
    assert.equal((await bench.recorder.retention.report()).due, 1)
    await bench.recorder.retention.confirmHolds(ADMIN)
    await eventually('it is erased', async () =>
      (await custody.types(id)).includes('recording.erased'),
    )
    await bench.dispose()
  })

  test('erases what is withdrawn while the holds are being confirmed', async () => {
    let id = ''
    const { custody, bench, withdraw } = await custodyWithLostEnd(async (before) => {
      id = await before.closed()
    })
    // The check of the start searches, too.
    await (bench.recorder.retention as Retention).check()
    const { audit } = bench.recorder.log
    const events = audit.events.bind(audit)
    let withdrawn: Promise<unknown> | undefined
    audit.events = async (query) => {
      const page = await events(query)
      if (query.types?.includes('recording.consentRecorded')) withdrawn ??= withdraw(id)
      await withdrawn
      return page
    }
    await bench.recorder.retention.confirmHolds(ADMIN)
    await eventually('it is erased', async () =>
      (await custody.types(id)).includes('recording.erased'),
    )
    await bench.dispose()
  })

  test('erases what is withdrawn before the confirmation is on disk', async () => {
    let id = ''
    const { custody, bench, withdraw } = await custodyWithLostEnd(async (before) => {
      id = await before.closed()
    })
    let withdrawn: Promise<unknown> | undefined
    bench.gate = (batch) => {
      const isConfirmed = batch.some(({ type }) => type === 'retention.confirmed')
      // Nothing comes into the middle of an append.
      if (isConfirmed) withdrawn = Promise.resolve().then(() => withdraw(id))
      return undefined
    }
    await bench.recorder.retention.confirmHolds(ADMIN)
    await withdrawn
    await eventually('it is erased', async () =>
      (await custody.types(id)).includes('recording.erased'),
    )
    await bench.dispose()
  })
})
