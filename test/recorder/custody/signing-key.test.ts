import assert from 'node:assert/strict'
import { openCheckpoint } from '../../../src/tlog/checkpoint.ts'
import { parseVkey } from '../../../src/tlog/keys.ts'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { suite } from '../../support/suite.ts'

const keysOf = ({ recorder }: RecorderBench) =>
  recorder.log.proofs.keys.map(({ key, former, cause }) => ({ key, former, cause }))

const newestKey = (bench: RecorderBench) => keysOf(bench).at(-1)!.key

/** Opens the newest checkpoint with some keys of the log. */
function newest({ recorder }: RecorderBench, vkeys: readonly string[]) {
  const keys = vkeys.map(parseVkey)
  const origin = keys[0]?.name ?? ''
  return openCheckpoint(recorder.log.proofs.checkpoint?.note ?? '', { origin, keys })
}

suite('the key that signs the log', (test) => {
  test('is named at the first start, and stays over restarts and crashes', async () => {
    const bench = await RecorderBench.create()
    const named = keysOf(bench)
    assert.deepEqual(
      named.map(({ former, cause }) => ({ former, cause })),
      [{ former: null, cause: 'created' }],
    )
    await bench.restart()
    await bench.crash()
    assert.deepEqual(keysOf(bench), named)
    assert.equal(newest(bench, [named[0]!.key]).size, bench.recorder.log.position)
    await bench.dispose()
  })

  test('that is lost is replaced at the next start, and the log says so', async () => {
    const bench = await RecorderBench.create()
    const former = newestKey(bench)
    await bench.keys.signing.keepOnly(Buffer.alloc(32))
    await bench.restart()
    const { key, ...fact } = keysOf(bench)[1]!
    assert.deepEqual(fact, { former, cause: 'lost' })
    assert.equal(parseVkey(key).name, parseVkey(former).name)
    assert.equal(newest(bench, [key]).size, bench.recorder.log.position)
    assert.throws(() => newest(bench, [former]), /no signature of a known key/)
    await bench.dispose()
  })

  test('that is rotated is introduced by the one before, which is destroyed', async () => {
    const bench = await RecorderBench.create()
    const former = newestKey(bench)
    const by = { side: 'api', client: 'admin', user: 'clerk' } as const
    await bench.recorder.rotateSigningKey(by)
    const { key, ...fact } = keysOf(bench)[1]!
    assert.deepEqual(fact, { former, cause: 'rotated' })
    for (const one of [former, key])
      assert.equal(newest(bench, [one]).size, bench.recorder.log.position)
    assert.equal(bench.keys.signing.find(parseVkey(former).publicKey), undefined)
    await bench.restart()
    assert.equal(keysOf(bench).length, 2)
    assert.throws(() => newest(bench, [former]), /no signature of a known key/)
    await bench.dispose()
  })

  test('may be rotated by several at the same time', async () => {
    const bench = await RecorderBench.create()
    const by = { side: 'api', client: 'admin', user: 'clerk' } as const
    await Promise.all([1, 2, 3].map(() => bench.recorder.rotateSigningKey(by)))
    const entries = keysOf(bench)
    for (const [i, { former }] of entries.entries())
      assert.equal(former, entries[i - 1]?.key ?? null)
    assert.equal(entries.length, 4)
    assert.equal(newest(bench, [newestKey(bench)]).size, bench.recorder.log.position)
    await bench.dispose()
  })

  test('is the one that the log names, when a kill comes in the middle of a rotation', async () => {
    const bench = await RecorderBench.create()
    const key = newestKey(bench)
    // Created, but not named yet.
    const { publicKey } = await bench.keys.signing.create()
    await bench.crash()
    assert.deepEqual(
      keysOf(bench).map((entry) => entry.key),
      [key],
    )
    assert.equal(bench.keys.signing.find(publicKey), undefined)
    await bench.dispose()
  })
})
