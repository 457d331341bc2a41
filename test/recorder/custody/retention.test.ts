import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CustodyRules } from '../../../src/contract/custody.ts'
import type { EventOf } from '../../../src/contract/events.ts'
import type { Retention } from '../../../src/recorder/custody/retention.ts'
import { FakeClock } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'
import { ADMIN, CustodyBench } from './support/custody-bench.ts'

const DAY_MS = 86_400_000
/** Erases at once what no rule keeps. */
const NOW: CustodyRules['retention'] = {
  rules: [
    { name: 'at once', keepDays: 0 },
    { name: 'claims', keepDays: 30, tag: { key: 'case', value: 'claim' } },
  ],
  minDays: 0,
  maxDays: null,
}
const NOTHING: CustodyRules['retention'] = { rules: [], minDays: 0, maxDays: null }

class MovedClock extends FakeClock {
  aheadMs = 0

  override now(): number {
    return Date.now() + this.aheadMs
  }
}

/** A recorder whose clock can be set while it is off. */
async function benchWithClock() {
  const clock = new MovedClock()
  const custody = await CustodyBench.create({ clock }, { retention: NOTHING })
  const check = () => (custody.bench.recorder.retention as Retention).check()
  const wasErased = async (id: string) =>
    (await custody.bench.recorder.recording(id, 'api')).erased !== null
  return { clock, custody, bench: custody.bench, check, wasErased }
}

suite('retention', (test) => {
  test('erases what is due, and says which rule asked for it', async () => {
    const { custody, bench, check, wasErased } = await benchWithClock()
    const due = await custody.closed()
    const claim = await custody.closed({ case: 'claim' })
    const held = await custody.closed()
    await custody.hold(held)
    const { id: open } = await bench.command('api', 'recording.start')
    custody.rules = { ...custody.rules, retention: NOW }
    const { retention } = await bench.recorder.recording(claim, 'api')
    assert.equal(retention?.rule, 'claims')
    const report = await bench.recorder.retention.report()
    assert.deepEqual([report.waiting, report.due], [null, 1])
    assert.deepEqual(
      report.entries.map(({ recordingId, rule, holds }) => [...[recordingId, rule, holds]]),
      [
        [due, 'at once', 0],
        [held, 'at once', 1],
        [claim, 'claims', 0],
      ],
    )
    await check()
    assert.deepEqual(await Promise.all([due, claim, held, open].map(wasErased)), [
      ...[true, false, false, false],
    ])
    const events = await bench.events()
    const erasing = events.find(
      ({ type }) => type === 'recording.erasing',
    ) as EventOf<'recording.erasing'>
    assert.deepEqual(
      [erasing.by.side, erasing.data.cause, erasing.data.rule],
      ['system', 'retention', 'at once'],
    )
    assert.deepEqual(events.at(-1)?.data, { erased: 1, held: 1 })
    await bench.dispose()
  })

  test('runs at each start, and writes nothing where there are no rules', async () => {
    const { custody, bench, check, wasErased } = await benchWithClock()
    const id = await custody.closed()
    const { position } = bench.recorder.log
    await check()
    assert.equal(bench.recorder.log.position, position)
    custody.rules = { ...custody.rules, retention: NOW }
    await bench.restart()
    await eventually('an erased recording', () => wasErased(id))
    await bench.dispose()
  })

  test('erases nothing when the log has lost its end, until a person confirms the holds', async () => {
    const { clock, custody, bench, check, wasErased } = await benchWithClock()
    const id = await custody.closed()
    custody.rules = { ...custody.rules, retention: NOW }
    bench.acceptLostWitness = true
    await bench.crash(() => rm(join(bench.folder, 'log.head')))
    bench.acceptLostWitness = false
    await check()
    assert.equal(await wasErased(id), false)
    const lost = await bench.recorder.retention.report()
    assert.deepEqual([lost.waiting?.reason, lost.due], ['lostEnd', 1])

    // It still waits after further starts, and a confirmed clock says nothing about holds.
    clock.aheadMs = 3_650 * DAY_MS
    await bench.restart()
    await check()
    await bench.recorder.retention.confirmClock(ADMIN)
    clock.aheadMs = 7_300 * DAY_MS
    await check()
    assert.equal(await wasErased(id), false)
    const messages = async () =>
      (await bench.recorder.application('api')).errors.map(({ message }) => message).join()
    assert.match(await messages(), /holds that were placed after/)

    await bench.recorder.retention.confirmHolds(ADMIN)
    await eventually('the clock is what it waits for', async () =>
      /The clock says/.test(await messages()),
    )
    assert.equal(await wasErased(id), false)
    await bench.recorder.retention.confirmClock(ADMIN)
    await eventually('an erased recording', () => wasErased(id))
    await bench.dispose()
  })

  test('erases nothing while an outside witness contradicts the log, until a person accepts that', async () => {
    const { custody, bench, check, wasErased } = await benchWithClock()
    const id = await custody.closed()
    const vkey = 'witness.example+00000001+key'
    const contradicting = [{ name: 'witness.example', vkey }]
    bench.recorder.contradictions.observe({ contradicting, confirming: [] })
    await eventually('it is in the log', () => bench.recorder.log.contradiction !== null)
    custody.rules = { ...custody.rules, retention: NOW }
    await bench.restart()
    await check()
    assert.equal(await wasErased(id), false)
    const { waiting, due } = await bench.recorder.retention.report()
    assert.deepEqual([waiting?.reason, due], ['contradicted', 1])
    const { errors } = await bench.recorder.application('api')
    assert.ok(errors.some(({ code }) => code === 'RETENTION_WAITS'))
    await bench.recorder.retention.confirmHolds(ADMIN)
    await check()
    assert.equal(await wasErased(id), false)
    bench.recorder.contradictions.accept()
    await eventually('an erased recording', () => wasErased(id))
    await bench.dispose()
  })

  test('erases nothing when the clock is years ahead, until a person confirms it', async () => {
    const { clock, custody, bench, check, wasErased } = await benchWithClock()
    const id = await custody.closed({ case: 'claim' })
    custody.rules = { ...custody.rules, retention: NOW }
    clock.aheadMs = 3_650 * DAY_MS
    await bench.restart()
    await check()
    assert.equal(await wasErased(id), false)
    const { errors } = await bench.recorder.application('api')
    assert.deepEqual(
      errors.map(({ code }) => code),
      ['RETENTION_WAITS'],
    )
    const { waiting, due } = await bench.recorder.retention.report()
    assert.equal(due, 1)
    assert.ok(waiting && Date.parse(waiting.to) - Date.parse(waiting.from) > 3_649 * DAY_MS)

    // Events of the wrong time prove nothing, and neither do further starts.
    const { id: later } = await bench.command('api', 'recording.start')
    await bench.command('api', 'track.stop', {}, { recordingId: later })
    await bench.restart()
    await check()
    assert.equal(await wasErased(id), false)

    await bench.recorder.retention.confirmClock(ADMIN)
    await eventually('an erased recording', () => wasErased(id))
    await eventually('no warning', async () => {
      const { errors } = await bench.recorder.application('api')
      return errors.length === 0
    })
    const confirmed = (await bench.events()).find(({ type }) => type === 'clock.confirmed')
    assert.equal(confirmed?.by.client, 'officer')
    await bench.dispose()
  })

  test('goes on at once when the clock is confirmed while the warning is written', async () => {
    const { clock, custody, bench, check, wasErased } = await benchWithClock()
    const id = await custody.closed()
    clock.aheadMs = 3_650 * DAY_MS
    await bench.restart()
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let isHeld = false
    bench.gate = (events) => {
      if (!events.some(({ type }) => type === 'warning.raised')) return undefined
      isHeld = true
      return held
    }
    custody.rules = { ...custody.rules, retention: NOW }
    void check()
    await eventually('the warning is being written', () => isHeld)
    await bench.recorder.retention.confirmClock(ADMIN)
    release()
    await eventually('an erased recording', () => wasErased(id))
    await bench.dispose()
  })

  test('believes a clock again that was set right', async () => {
    const { clock, custody, bench, check, wasErased } = await benchWithClock()
    const id = await custody.closed()
    clock.aheadMs = 3_650 * DAY_MS
    await bench.restart()
    custody.rules = { ...custody.rules, retention: NOW }
    await check()
    assert.equal(await wasErased(id), false)
    clock.aheadMs = 0
    await bench.restart()
    await check()
    assert.equal(await wasErased(id), true)
    await bench.dispose()
  })

  test('goes on by itself after a night, when nothing was recorded', async () => {
    const { clock, custody, bench, check, wasErased } = await benchWithClock()
    const id = await custody.closed()
    custody.rules = { ...custody.rules, retention: NOW }
    clock.aheadMs = 0.9 * DAY_MS
    await bench.restart()
    await check()
    assert.equal(await wasErased(id), true)
    await bench.dispose()
  })

  test('leaves what is held in the moment in which it would be erased', async () => {
    const { custody, bench, check, wasErased } = await benchWithClock()
    const first = await custody.closed()
    const second = await custody.closed()
    custody.rules = { ...custody.rules, retention: NOW }
    let isHeld = false
    bench.gate = (events) => {
      if (isHeld || !events.some(({ type }) => type === 'recording.erasing')) return undefined
      isHeld = true
      const { recordingId } = events.find(({ type }) => type === 'recording.erasing')!
      return custody.hold(recordingId === first ? second : first).then(() => {})
    }
    await check()
    assert.equal((await Promise.all([first, second].map(wasErased))).filter(Boolean).length, 1)
    await bench.dispose()
  })
})
