import assert from 'node:assert/strict'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'

suite('a kill before the first sample of a segment is in the log', (test) => {
  let bench: RecorderBench
  test.beforeEach(async () => {
    bench = await RecorderBench.create()
  })
  test.afterEach(() => bench.dispose())

  const crash = async () => {
    await bench.crash()
    return bench.platform.discarded
  }

  test('leaves no file of a recording that another command has confirmed', async () => {
    bench.platform.behaviour.screen = 'hang'
    void bench.command('api', 'recording.start').catch(() => {})
    await eventually('sound flows', async () => {
      const events = await bench.events()
      return events.filter(({ type }) => type === 'segment.opened').length === 2
    })
    await bench.command('api', 'recording.tag', { tags: { a: 1 } })
    assert.deepEqual(await crash(), [{ medium: 'screen', number: 1 }])
    assert.deepEqual(await crash(), [], 'what comes later is none of its business')
  })

  const resume = async () => {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    await bench.command('api', 'track.pause')
    bench.platform.behaviour.mic = 'hang'
    const hasResumed = async () =>
      (await bench.events()).some(({ type }) => type === 'recording.resumed')
    void bench.command('api', 'track.resume').catch(() => {})
    await eventually('the resume is in the log', hasResumed)
  }

  test('leaves no file of a resume', async () => {
    await resume()
    assert.deepEqual(await crash(), [{ medium: 'mic', number: 2 }])
  })

  test('is no reason to remove a file that is longer than that: the log is an old one', async () => {
    await resume()
    bench.longerFiles = ['mic']
    assert.deepEqual(await crash(), [])
  })

  test('nor one of a start, with its key', async () => {
    bench.platform.behaviour.mic = 'hang'
    void bench.command('api', 'recording.start', { media: ['mic'] }).catch(() => {})
    const { recordingId } = await eventually('the start is in the log', async () =>
      (await bench.events()).find(({ type }) => type === 'track.starting'),
    )
    const id = recordingId as string
    bench.longerFiles = ['mic']
    assert.deepEqual(await crash(), [])
    assert.ok(bench.keys.keysOf(id))
    assert.equal((await bench.recorder.recording(id, 'api')).state, 'WrapUp')
  })
})
