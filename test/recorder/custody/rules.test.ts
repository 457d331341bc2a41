import assert from 'node:assert/strict'
import type { CustodyRules } from '../../../src/contract/custody.ts'
import { RecorderBench, RULES } from '../../support/recorder-bench.ts'
import { suite } from '../../support/suite.ts'

const REQUIRED: CustodyRules = {
  ...RULES,
  consent: { mode: 'required', eraseWhenWithdrawn: true },
}

suite('the rules of custody in the log', (test) => {
  test('are written at the first start, and again only when they differ', async () => {
    let rules = RULES
    const bench = await RecorderBench.create({ rules: () => rules })
    const written = async () => {
      const events = await bench.recorder.log.events({ after: 0, limit: 1_000 })
      return events.flatMap((event) =>
        event.type === 'rules.changed' ? [[event.by.side, event.data.rules]] : [],
      )
    }
    assert.deepEqual(await written(), [['system', RULES]])
    await bench.restart()
    await bench.crash()
    assert.equal((await written()).length, 1)
    rules = REQUIRED
    await bench.crash()
    assert.deepEqual(await written(), [
      ['system', RULES],
      ['system', REQUIRED],
    ])
    await bench.recorder.recordRules(REQUIRED)
    assert.equal((await written()).length, 2)
    await bench.recorder.recordRules(RULES)
    assert.deepEqual((await written()).at(-1), ['system', RULES])
    await bench.dispose()
  })
})
