import assert from 'node:assert/strict'
import type { LogEvent } from '../../src/contract/events.ts'
import { RecorderBench } from '../support/recorder-bench.ts'
import { suite } from '../support/suite.ts'
import { readPage, section, tableRows } from './support/markdown.ts'

/** A row of the table: the event types of each batch of a command, in order, each named once. */
interface Row {
  accept: string[]
  reports: string[]
  settle: string[]
}

const { text } = section(readPage('docs/architecture.md'), 'The life of a command')
const types = (cell = ''): string[] =>
  [...cell.matchAll(/`(\w+\.\w+)`/g)].map((match) => match[1] as string)
const rows = new Map<string, Row>()
for (const [command = '', accept = '', reports, settle] of tableRows(text)) {
  const start = rows.get('start')
  rows.set(command, {
    accept: accept === 'the same' ? start!.accept : types(accept),
    reports: [...(reports?.includes('as above') ? start!.reports : []), ...types(reports)],
    settle: types(settle),
  })
}

/** The commands of each row. `watch` is called before the command that the row describes. */
const SCENES: Record<string, (bench: RecorderBench, watch: () => void) => Promise<unknown>> = {
  async start(bench, watch) {
    await bench.command('api', 'recording.start')
    await bench.command('api', 'track.stop')
    watch()
    await bench.command('api', 'recording.start', { tags: { customer: '4711' } })
  },
  async 'start that fails'(bench, watch) {
    bench.platform.behaviour.screen = 'fail'
    watch()
    await assert.rejects(bench.command('api', 'recording.start', { tags: { customer: '4711' } }))
  },
  async 'start of a medium'(bench, watch) {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    watch()
    await bench.command('api', 'track.start', { media: ['screen'], devices: {} })
  },
  async 'start without device or space, resume without space'(bench, watch) {
    bench.platform.missing.add('mic')
    watch()
    await assert.rejects(bench.command('api', 'recording.start'))
  },
  async pause(bench, watch) {
    await bench.command('api', 'recording.start')
    watch()
    await bench.command('api', 'track.pause')
  },
  async 'pause of what a lock has paused'(bench, watch) {
    await bench.command('api', 'recording.start')
    const by = { side: 'system', client: 'recorder', user: 'tester' } as const
    await bench.command('api', 'track.pause', { reason: 'locked' }, { by })
    watch()
    await bench.command('api', 'track.pause')
  },
  async resume(bench, watch) {
    await bench.command('api', 'recording.start')
    await bench.command('api', 'track.pause')
    watch()
    await bench.command('api', 'track.resume')
  },
  async 'resume that fails'(bench, watch) {
    await bench.command('api', 'recording.start')
    await bench.command('api', 'track.pause')
    bench.platform.behaviour.screen = 'fail'
    watch()
    await assert.rejects(bench.command('api', 'track.resume'))
  },
  async stop(bench, watch) {
    await bench.command('api', 'recording.start')
    watch()
    await bench.command('api', 'track.stop')
  },
  async tag(bench, watch) {
    await bench.command('api', 'recording.start')
    watch()
    await bench.command('api', 'recording.tag', { tags: { customer: '4711' } })
  },
  async consent(bench, watch) {
    await bench.command('api', 'recording.start')
    watch()
    await bench.command('ui', 'recording.consent', { state: 'granted', method: 'spoken' })
  },
  async 'refused consent'(bench, watch) {
    await bench.command('api', 'recording.start')
    watch()
    await bench.command('ui', 'recording.consent', { state: 'declined', method: 'spoken' })
  },
  async close(bench, watch) {
    await bench.command('api', 'recording.start')
    await bench.command('api', 'track.stop')
    watch()
    await bench.command('api', 'recording.close')
  },
  async refused(bench, watch) {
    await bench.command('api', 'recording.start')
    watch()
    await assert.rejects(bench.command('ui', 'track.stop'))
  },
}

/** The event types of a batch. Repeats of the same type count once. */
function typesOf(batch: readonly LogEvent[]): string[] {
  return batch.map(({ type }) => type).filter((type, i, all) => type !== all[i - 1])
}

suite('docs/architecture.md: the life of a command', (test) => {
  let bench: RecorderBench
  test.beforeEach(async () => {
    bench = await RecorderBench.create()
  })
  test.afterEach(() => bench.dispose())

  test('every row of the table has its scene', () => {
    assert.deepEqual([...rows.keys()], Object.keys(SCENES))
  })

  for (const [command, scene] of Object.entries(SCENES)) {
    test(`${command}: the batches contain the events of the table`, async () => {
      const batches: string[][] = []
      await scene(bench, () =>
        bench.recorder.bus.on('events', (events) => batches.push(typesOf(events))),
      )
      const { accept, reports, settle } = rows.get(command)!
      const [first, ...later] = batches
      assert.deepEqual(first, accept)
      assert.deepEqual(later.at(-1)?.slice(-settle.length) ?? [], settle)
      const reported = new Set(later.flat())
      assert.deepEqual([...reported].sort(), [...new Set([...reports, ...settle])].sort())
    })
  }
})
