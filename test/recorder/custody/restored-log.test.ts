import assert from 'node:assert/strict'
import { cp, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually, suite } from '../../support/suite.ts'
import { CustodyBench } from './support/custody-bench.ts'

const LOG = ['log', 'log.head']

suite('an old log that is restored while the disk of the recordings is not mounted', (test) => {
  let custody: CustodyBench
  /** An erased recording. Its key, which comes back, is the last that the upkeep looks at. */
  let erased: string
  test.beforeEach(async () => {
    custody = await CustodyBench.create()
    erased = await custody.closed()
    await custody.erase(erased)
  })
  test.afterEach(() => custody.bench.dispose())

  const inHome = (name: string) => join(custody.bench.folder, name)

  /** Resolves with the recordings that have keys after a start. */
  async function keysAfter(prepare = async (): Promise<void> => {}): Promise<string[]> {
    const { bench } = custody
    await bench.crash(async () => {
      await prepare()
      await bench.keys.create(erased)
    })
    const keys = () => bench.keys.recordings()
    await eventually('the upkeep is over', async () => !(await keys()).includes(erased))
    return (await keys()).sort()
  }

  async function backUp(): Promise<void> {
    await custody.bench.crash(async () => {
      for (const name of LOG) await cp(inHome(name), inHome(`${name}.backup`), { recursive: true })
    })
  }

  /** Only the empty folder is there on which the disk was mounted. */
  async function unmount(): Promise<void> {
    await rename(inHome('recordings'), inHome('elsewhere'))
    await mkdir(inHome('recordings'))
  }

  async function restoreWithoutDisk(): Promise<void> {
    for (const name of LOG) {
      await rm(inHome(name), { recursive: true })
      await rename(inHome(`${name}.backup`), inHome(name))
    }
    await unmount()
  }

  async function mount(): Promise<void> {
    await rm(inHome('recordings'), { recursive: true })
    await rename(inHome('elsewhere'), inHome('recordings'))
  }

  test('destroys no key of a newer recording, at this start or when the disk is back', async () => {
    const ids = [await custody.closed()]
    await backUp()
    ids.push(await custody.closed(), await custody.closed())
    assert.deepEqual(await keysAfter(restoreWithoutDisk), ids.sort())
    assert.deepEqual(await keysAfter(mount), ids)
  })

  test('nor when it knows no recording at all, and others are made meanwhile', async () => {
    await backUp()
    const ids = [await custody.closed(), await custody.closed()]
    assert.deepEqual(await keysAfter(restoreWithoutDisk), ids.sort())
    // What is recorded now is no sign that the disk is there.
    ids.push(await custody.closed())
    for (let start = 0; start < 2; start++) assert.deepEqual(await keysAfter(), ids.sort())
  })

  test('calls no start failed that it does not confirm', async () => {
    const { bench } = custody
    bench.platform.behaviour.screen = 'hang'
    bench.command('api', 'recording.start').catch(() => {})
    const opened = await eventually('sound flows', async () =>
      (await bench.events()).find(
        ({ type, recordingId }) => type === 'segment.opened' && recordingId !== erased,
      ),
    )
    const keys = await keysAfter(unmount)
    assert.deepEqual(keys, [opened.recordingId])
    const [listed] = (await bench.recorder.log.recordings({ limit: 9 })).items
    assert.deepEqual([listed?.id, listed?.state], [opened.recordingId, 'WrapUp'])
  })
})
