import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { link, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually, suite } from '../../support/suite.ts'
import { CustodyBench } from './support/custody-bench.ts'

suite('erasure', (test) => {
  test('destroys the key, then the files, and leaves the facts without what is about a person', async () => {
    const forgotten: string[] = []
    const custody = await CustodyBench.create({
      forgetComposed: async (id) => void forgotten.push(id),
    })
    const { bench } = custody
    const id = await custody.closed({ customer: 'Erika Mustermann' })
    const { position } = bench.recorder.log
    const answer = await custody.erase(id)
    assert.equal(answer.state, 'Closed')
    assert.deepEqual(answer.tags, [])
    assert.deepEqual(answer.erased, {
      at: answer.erased?.at,
      by: { side: 'api', client: 'officer', user: 'tester' },
      cause: 'request',
      reason: 'The customer asked for it.',
    })
    assert.equal(bench.keys.keysOf(id), undefined)
    assert.equal(existsSync(custody.folderOf(id)), false)
    assert.deepEqual(forgotten, [id])
    assert.deepEqual(await custody.types(id, position), [
      'command.accepted',
      'recording.erasing',
      'recording.erased',
      'command.completed',
    ])
    const erased = (await bench.events()).find(({ type }) => type === 'recording.erased')
    assert.deepEqual(erased?.data, {
      cause: 'request',
      reason: 'The customer asked for it.',
      files: 2,
      bytes: 'sealed sound'.length + 'a picture of version 0.1'.length,
    })
    assert.doesNotMatch(JSON.stringify(await bench.events()), /Mustermann/)
    const { items } = await bench.recorder.recordings(
      { tags: { customer: 'Erika Mustermann' }, limit: 9 },
      'api',
    )
    assert.deepEqual(items, [])
    await bench.restart()
    const { tagHistory } = await bench.recorder.recording(id, 'api')
    assert.deepEqual(tagHistory, [])
    await bench.dispose()
  })

  test('overwrites media of version 0.1, which are not sealed', async () => {
    const custody = await CustodyBench.create()
    const { bench } = custody
    const id = await custody.closed()
    const other = join(bench.folder, 'another-name-of-the-file')
    await link(join(custody.folderOf(id), 'screen-000001.mp4'), other)
    await custody.erase(id)
    const left = await readFile(other)
    assert.ok(left.length > 0 && left.every((byte) => byte === 0))
    await bench.dispose()
  })

  test('twice changes nothing the second time, also while the first is under way', async () => {
    const custody = await CustodyBench.create()
    const { bench } = custody
    const id = await custody.closed()
    const [first, second] = await Promise.all([custody.erase(id), custody.erase(id)])
    const { position } = bench.recorder.log
    assert.deepEqual(second.erased, first.erased)
    const third = await custody.erase(id)
    assert.deepEqual([third.version, bench.recorder.log.position], [first.version, position])
    await bench.dispose()
  })

  test('is refused while the recording is open, and the refusal is in the log', async () => {
    const custody = await CustodyBench.create()
    const { bench } = custody
    const { id } = await bench.command('api', 'recording.start')
    for (const command of ['track.stop', undefined] as const) {
      await assert.rejects(custody.erase(id), { code: 'INVALID_STATE' })
      if (command) await bench.command('api', command)
    }
    await assert.rejects(custody.erase('no-such-recording'), { code: 'RECORDING_NOT_FOUND' })
    assert.equal((await custody.types(id)).filter((type) => type === 'command.refused').length, 2)
    assert.ok(bench.keys.keysOf(id))
    await bench.dispose()
  })

  test('with an old version is refused', async () => {
    const custody = await CustodyBench.create()
    const id = await custody.closed()
    const { version } = await custody.hold(id)
    await assert.rejects(custody.erase(id, { expectedVersion: version - 1 }), {
      code: 'VERSION_MISMATCH',
    })
    await custody.bench.dispose()
  })

  test('gives the first answer again for its idempotency key, also after a restart', async () => {
    const custody = await CustodyBench.create()
    const { bench } = custody
    const id = await custody.closed()
    const idempotency = { client: 'officer', key: 'once', fingerprint: 'f' }
    const first = await custody.erase(id, { idempotency })
    await bench.restart()
    const { position } = bench.recorder.log
    assert.deepEqual(await custody.erase(id, { idempotency }), first)
    assert.equal(bench.recorder.log.position, position)
    await bench.dispose()
  })

  test('that the disk refuses is tried again, is told meanwhile, and is never called erased before', async () => {
    let isBroken = true
    const custody = await CustodyBench.create({
      forgetComposed: async () => {
        if (isBroken) throw Object.assign(new Error('I/O error'), { code: 'EIO' })
      },
    })
    const { bench } = custody
    const id = await custody.closed()
    await assert.rejects(custody.erase(id), { code: 'STORAGE_UNAVAILABLE' })
    const { errors, state } = await bench.recorder.application('api')
    assert.deepEqual([state, errors.map(({ code }) => code)], ['Error', ['STORAGE_UNAVAILABLE']])
    assert.equal((await custody.types(id)).includes('recording.erased'), false)
    isBroken = false
    await eventually('a complete erasure', async () =>
      (await custody.types(id)).includes('recording.erased'),
    )
    assert.equal(existsSync(custody.folderOf(id)), false)
    assert.deepEqual((await bench.recorder.application('api')).errors, [])
    await bench.dispose()
  })

  test('shows nothing of the past any more, also to who has looked at it before', async () => {
    const custody = await CustodyBench.create()
    const { bench } = custody
    const id = await custody.closed({ customer: 'Erika Mustermann' })
    const tagsIn = async () => JSON.stringify((await bench.recorder.replay(id)).events)
    assert.match(await tagsIn(), /Mustermann/)
    await custody.erase(id)
    assert.doesNotMatch(await tagsIn(), /Mustermann/)
    await bench.dispose()
  })
})
