import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'

/** Starts a recording whose sound flows, and whose screen keeps its start from being confirmed. */
async function startUnconfirmed(bench: RecorderBench): Promise<string> {
  bench.platform.behaviour.screen = 'hang'
  void bench.command('api', 'recording.start').catch(() => {})
  const opened = await eventually('sound flows', async () =>
    (await bench.events()).find(({ type }) => type === 'segment.opened'),
  )
  return opened.recordingId as string
}

async function assertListed(bench: RecorderBench, id: string): Promise<void> {
  const [listed] = (await bench.recorder.log.recordings({ limit: 9 })).items
  assert.deepEqual([listed?.id, listed?.state], [id, 'WrapUp'], 'it is listed')
}

suite('a log that may have lost its end', (test) => {
  test('destroys no media and no key of a recording whose start it does not confirm', async () => {
    const bench = await RecorderBench.create()
    try {
      const id = await startUnconfirmed(bench)
      const file = join(bench.folder, 'recordings', id, 'screen-000007.mp4.age')
      await mkdir(join(file, '..'), { recursive: true })
      await writeFile(file, 'an hour of the screen, which the lost events knew')
      bench.acceptLostWitness = true
      await bench.crash(() => rm(join(bench.folder, 'log.head')))
      assert.ok((await bench.events()).some(({ type }) => type === 'log.witnessLost'))
      assert.ok(existsSync(file), 'the file is there')
      assert.ok(bench.keys.keysOf(id), 'the key is there')
      await assertListed(bench, id)
      await bench.restart()
      assert.ok(existsSync(file) && bench.keys.keysOf(id), 'after a restart, too')
    } finally {
      await bench.dispose()
    }
  })

  test('an old log beside newer recordings keeps them, too', async () => {
    const bench = await RecorderBench.create()
    try {
      const id = await startUnconfirmed(bench)
      const folder = join(bench.folder, 'recordings', id)
      const file = join(folder, 'mic-000002.ogg.age')
      await mkdir(folder, { recursive: true })
      await writeFile(file, 'sound of after a pause that this log knows nothing of')
      await bench.crash()
      assert.ok(existsSync(file), 'the file is there')
      assert.ok(bench.keys.keysOf(id), 'the key is there')
      assert.deepEqual(bench.platform.discarded, [])
      await assertListed(bench, id)
      await bench.restart()
      assert.ok(existsSync(file) && bench.keys.keysOf(id), 'after a restart, too')
    } finally {
      await bench.dispose()
    }
  })

  test('while a whole log removes what it does not confirm', async () => {
    const bench = await RecorderBench.create()
    try {
      const id = await startUnconfirmed(bench)
      const folder = join(bench.folder, 'recordings', id)
      await mkdir(folder, { recursive: true })
      await bench.crash()
      assert.ok(!existsSync(folder))
      assert.equal(bench.keys.keysOf(id), undefined)
    } finally {
      await bench.dispose()
    }
  })
})
