import assert from 'node:assert/strict'
import { LogReader } from '../../../src/store/log-reader.ts'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { suite } from '../../support/suite.ts'

suite('finding a recording', (test) => {
  let bench: RecorderBench
  const { tagHistory, recording } = LogReader.prototype
  test.beforeEach(async () => {
    bench = await RecorderBench.create()
  })
  test.afterEach(async () => {
    Object.assign(LogReader.prototype, { tagHistory, recording })
    await bench.dispose()
  })

  test('a moment of a recording is shown without reading the history of its tags', async () => {
    const { id } = await bench.command('api', 'recording.start', { tags: { customer: 'C-1' } })
    await bench.command('api', 'track.stop')
    await bench.command('api', 'recording.close')
    let readings = 0
    LogReader.prototype.tagHistory = function (asked) {
      readings++
      return tagHistory.call(this, asked)
    }
    assert.equal((await bench.recorder.findRecording(id)).id, id)
    assert.ok((await bench.recorder.replay(id)).events.length > 0)
    assert.equal(await bench.recorder.picture(id), null)
    assert.equal(readings, 0)
    // The answer about the recording itself has the history.
    assert.notEqual((await bench.recorder.recording(id, 'api')).tagHistory.length, 0)
    assert.equal(readings, 1)
  })

  test('a moment of a closed recording is shown without reading all of the recording', async () => {
    const { id } = await bench.command('api', 'recording.start', { tags: { customer: 'C-1' } })
    assert.equal(await bench.recorder.findId('current'), id)
    await bench.command('api', 'track.stop')
    await bench.command('api', 'recording.close')
    let readings = 0
    LogReader.prototype.recording = function (asked) {
      readings++
      return recording.call(this, asked)
    }
    assert.equal(await bench.recorder.findId(id), id)
    assert.ok((await bench.recorder.replay(id)).events.length > 0)
    assert.equal(readings, 0)
    assert.equal((await bench.recorder.recording(id, 'api')).id, id)
    assert.equal(readings, 1)
  })

  test('an unknown recording is not found, nor a current one when there is none', async () => {
    await assert.rejects(bench.recorder.findRecording('none'), { code: 'RECORDING_NOT_FOUND' })
    await assert.rejects(bench.recorder.findRecording('current'), { code: 'NO_CURRENT_RECORDING' })
    await assert.rejects(bench.recorder.findId('none'), { code: 'RECORDING_NOT_FOUND' })
    await assert.rejects(bench.recorder.findId('current'), { code: 'NO_CURRENT_RECORDING' })
  })
})
