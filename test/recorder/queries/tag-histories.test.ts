import assert from 'node:assert/strict'
import type { LogEvent } from '../../../src/contract/events.ts'
import type { TagEntry } from '../../../src/contract/views.ts'
import { LogReader } from '../../../src/store/log-reader.ts'
import type { TagHistory } from '../../../src/store/port.ts'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { suite } from '../../support/suite.ts'

suite('the history of tags', (test) => {
  let bench: RecorderBench
  const { tagHistory } = LogReader.prototype
  test.beforeEach(async () => {
    bench = await RecorderBench.create()
  })
  test.afterEach(async () => {
    LogReader.prototype.tagHistory = tagHistory
    await bench.dispose()
  })

  const setTags = (tags: Record<string, TagEntry['value']>) =>
    bench.command('api', 'recording.tag', { tags })
  const historyNow = async () => (await bench.recorder.recording('current', 'api')).tagHistory

  async function inLog(): Promise<TagEntry[]> {
    const isTagged = (event: LogEvent) => event.type === 'recording.tagged'
    return (await bench.events()).filter(isTagged).flatMap(({ at, by, data }) => {
      const { tags } = data as { tags: Record<string, TagEntry['value']> }
      return Object.entries(tags).map(([key, value]) => ({ key, value, at, by }))
    })
  }

  test('is what the log has after each tag, and only what is new is read', async () => {
    const known: number[] = []
    LogReader.prototype.tagHistory = function (id, before) {
      known.push(before?.entries.length ?? 0)
      return tagHistory.call(this, id, before)
    }
    await bench.command('api', 'recording.start', { tags: { customer: 'C-1' } })
    const lengths: number[] = []
    const given: Parameters<typeof setTags>[0][] = [
      { customer: 'C-2' },
      { a: 1, b: true },
      { customer: 'C-2' },
    ]
    for (const tags of given) {
      await setTags(tags)
      const history = await historyNow()
      assert.deepEqual(history, await inLog())
      lengths.push(history.length)
      assert.deepEqual(await historyNow(), history)
    }
    assert.deepEqual(known, [0, ...lengths.slice(0, -1)])
  })

  test('is whole when tags come while it is read, and when two read it at once', async () => {
    await bench.command('api', 'recording.start', { tags: { customer: 'C-1' } })
    for (let round = 0; round < 5; round++)
      await Promise.all([
        setTags({ round }),
        historyNow(),
        setTags({ round: -round }),
        historyNow(),
      ])
    assert.deepEqual(await historyNow(), await inLog())
  })

  test('is read whole again after a reading that failed', async () => {
    await bench.command('api', 'recording.start', { tags: { customer: 'C-1' } })
    await historyNow()
    const known: (TagHistory | undefined)[] = []
    LogReader.prototype.tagHistory = async function (id, before) {
      known.push(before)
      if (known.length === 1) throw new Error('The disk does not answer.')
      return tagHistory.call(this, id, before)
    }
    await setTags({ customer: 'C-2' })
    await assert.rejects(historyNow, /does not answer/)
    assert.deepEqual(await historyNow(), await inLog())
    assert.deepEqual([known[0] === undefined, known[1]], [false, undefined])
  })
})
