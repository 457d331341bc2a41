import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { RecorderError } from '../../../src/contract/errors.ts'
import type { EventType } from '../../../src/contract/events.ts'
import { latch } from '../../support/latch.ts'
import { eventually, suite } from '../../support/suite.ts'
import { CustodyBench } from './support/custody-bench.ts'

const NEVER = new Promise<never>(() => {})

/** The steps of an erasure, in order. Each comes to a halt when it is told to. */
const STEPS = ['erasing', 'key', 'composed', 'index', 'erased'] as const
type Step = (typeof STEPS)[number]

/** A recorder whose erasure comes to a halt before or after a step. */
async function haltingAt(halt: { step: Step | undefined; when: 'before' | 'after' }) {
  const reached: Step[] = []
  const through = async <T>(step: Step, work: () => Promise<T>): Promise<T> => {
    const isHalt = halt.step === step
    if (isHalt) reached.push(step)
    if (isHalt && halt.when === 'before') return NEVER
    const done = await work()
    return isHalt ? NEVER : done
  }
  const custody = await CustodyBench.create({
    forgetComposed: () => through('composed', async () => {}),
  })
  const { bench } = custody
  const { keys } = bench
  const destroy = keys.destroy.bind(keys)
  keys.destroy = (id) => through('key', () => destroy(id))
  const haltLog = (): void => {
    const { log } = bench.recorder
    const clear = log.clearErased.bind(log)
    log.clearErased = () => through('index', clear)
  }
  const stepOf: Partial<Record<EventType, Step>> = {
    'recording.erasing': 'erasing',
    'recording.erased': 'erased',
  }
  bench.gate = (events) => {
    const found = events.map(({ type }) => stepOf[type]).find((step) => step !== undefined)
    if (found === undefined || halt.step !== found) return undefined
    reached.push(found)
    return NEVER
  }
  return { custody, reached, haltLog }
}

suite('an erasure that is killed', (test) => {
  for (const step of STEPS)
    for (const when of ['before', 'after'] as const)
      test(`${when} the step ${step} is completed by the next start`, async () => {
        const halt: { step: Step | undefined; when: typeof when } = { step, when }
        const { custody, reached, haltLog } = await haltingAt(halt)
        const { bench } = custody
        const id = await custody.closed({ customer: 'Erika Mustermann' })
        haltLog()
        custody.erase(id).catch(() => {})
        await eventually(`the step ${step}`, () => reached.includes(step))
        // Until it is complete, nothing says that it is.
        if (step !== 'erased')
          assert.equal((await custody.types(id)).includes('recording.erased'), false)
        halt.step = undefined
        await bench.crash()
        await eventually('a complete erasure', async () =>
          (await custody.types(id)).includes('recording.erased'),
        )
        assert.equal(bench.keys.keysOf(id), undefined)
        assert.equal(existsSync(custody.folderOf(id)), false)
        assert.equal(custody.bench.recorder.log.unfinishedErasures().length, 0)
        const types = await custody.types(id)
        for (const type of ['recording.erasing', 'recording.erased'] as const)
          assert.equal(types.filter((one) => one === type).length, 1, type)
        assert.equal(types.at(-1), 'command.completed')
        const by = (await bench.events()).find(({ type }) => type === 'recording.erased')?.by
        assert.equal(by?.client, 'officer')
        assert.equal((await bench.recorder.recording(id, 'api')).erased?.cause, 'request')
        await bench.dispose()
      })

  test('by a log that fails is completed as soon as the log is open again', async () => {
    const step = latch()
    const begun = latch()
    const custody = await CustodyBench.create({
      forgetComposed: () => {
        begun.open()
        return step.opened
      },
    })
    const { bench } = custody
    const id = await custody.closed()
    const erased = custody.erase(id)
    await begun.opened
    bench.recorder.log.fail(new RecorderError('STORAGE_UNAVAILABLE', 'The disk is away.'))
    step.open()
    await assert.rejects(erased, { code: 'STORAGE_UNAVAILABLE' })
    await eventually('a complete erasure', async () => {
      // It cannot be read while it is opened again.
      const types = await custody.types(id).catch((): EventType[] => [])
      return types.includes('recording.erased')
    })
    await custody.erase(id)
    await bench.dispose()
  })
})
