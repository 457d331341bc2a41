import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { noSmallDisk } from '../../store/support/mounts.ts'
import { latch } from '../../support/latch.ts'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'

suite('the files of a start that was rolled back', (test) => {
  let bench: RecorderBench
  test.beforeEach(async () => {
    bench = await RecorderBench.create()
  })
  test.afterEach(() => bench.dispose())

  /** Begins a start whose screen does not come. Resolves with its id and its folder. */
  async function begin(): Promise<{ id: string; folder: string }> {
    bench.platform.behaviour.screen = 'hang'
    bench.command('api', 'recording.start').catch(() => {})
    const opened = await eventually('sound flows', async () =>
      (await bench.events()).find(({ type }) => type === 'segment.opened'),
    )
    const id = opened.recordingId as string
    const folder = join(bench.folder, 'recordings', id)
    await mkdir(folder, { recursive: true })
    return { id, folder }
  }

  const has = async (type: string) => (await bench.events()).some((event) => event.type === type)

  test('are removed by the next start when a kill came before their removal', async () => {
    const { id, folder } = await begin()
    const file = join(folder, 'mic-000001.ogg.age')
    await writeFile(file, 'sealed sound')
    const unknown = join(bench.folder, 'recordings', 'of-a-later-log')
    await mkdir(unknown)
    // The kill comes when the fact is on disk, and before anybody has heard of that.
    const killed = latch()
    let isWritten = false
    bench.gate = (events) => {
      if (!events.some(({ type }) => type === 'recording.startFailed')) return undefined
      isWritten = true
      return killed.opened
    }
    bench.platform.fail('screen')
    await eventually('the start has failed', () => isWritten)
    await eventually('that is on disk', () => has('recording.startFailed'))
    bench.gate = undefined
    await bench.crash()
    killed.open()
    await eventually('nothing is left of it', () => !existsSync(folder) && !bench.keys.keysOf(id))
    assert.ok(existsSync(unknown), 'what the log does not know stays')
  })

  test.unless(
    noSmallDisk,
    'keep no recorder from starting when they cannot be removed',
    async () => {
      const { id, folder } = await begin()
      // Nobody can remove a folder that another disk is mounted on.
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=65536', 'none', folder])
      try {
        await writeFile(join(folder, 'mic-000001.ogg.age'), 'sealed sound')
        await bench.crash()
        assert.ok(await has('recording.startFailed'))
        assert.equal(bench.keys.keysOf(id), undefined, 'nobody can open what is left')
      } finally {
        execFileSync('umount', ['-l', folder])
      }
      await bench.restart()
      await eventually('the next start has removed it', () => !existsSync(folder))
    },
  )
})
