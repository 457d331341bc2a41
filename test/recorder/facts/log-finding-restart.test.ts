import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { verifyHome } from '../../../src/audit/verify/verify-home.ts'
import { resolveHome } from '../../../src/home/home.ts'
import type { RecorderBench } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'
import { changeEvent, longLog, withClosedLog } from './support/background-verified.ts'

const FILLER_EVENT = 15_000
/** The verification rests most of the time, and the machine may be busy. */
const LIMIT_MS = 30_000

suite('a finding of the verification in the background, and the starts after it', (test) => {
  let bench: RecorderBench
  test.beforeEach(async () => {
    ;({ bench } = await longLog())
  })
  test.afterEach(() => bench.dispose().catch(() => {}))

  const isFound = async (): Promise<boolean> =>
    (await bench.recorder.application('api')).storage.log === 'readOnly'

  /** Damages an event, and opens the log as if nothing had happened. */
  async function open(position: number): Promise<void> {
    await withClosedLog(bench, (db) => changeEvent(db, position))
    await bench.open()
  }

  /** Ends the recorder; no start may hide what was found, and `f2f verify` says it, too. */
  async function assertKept(position: number, end: 'stop' | 'crash'): Promise<void> {
    const expected = new RegExp(`event ${position} is not the one`)
    if (end === 'crash') await assert.rejects(bench.crash(), expected)
    else await bench.recorder.close()
    for (const start of ['first', 'second'])
      await assert.rejects(bench.open(), expected, `the ${start} start`)
    const { isGood, findings } = await verifyHome(
      { ...resolveHome(bench.folder), witnessFile: join(bench.folder, 'none') },
      {},
    )
    assert.equal(isGood, false)
    const broken = findings.find(({ code }) => code === 'chainBroken')
    assert.equal(broken?.position, position)
  }

  /** How many tags the log has behind the filler. */
  const tagsInLog = () =>
    withClosedLog(bench, async (db) => {
      const records = await db.values({ gt: 'event/0000000000020000', lt: 'event0' }).all()
      return records.filter((record) => /"note":\{"\$sealed"/.test(record)).length
    })

  test('is there at every later start; what was told before is in the log', async () => {
    await open(FILLER_EVENT)
    await bench.command('api', 'recording.start', { media: ['mic'] })
    let told = 0
    let refusal: unknown
    while (refusal === undefined)
      await bench.command('api', 'recording.tag', { tags: { note: told } }).then(
        () => told++,
        (error) => {
          refusal = error
        },
      )
    assert.equal((refusal as { code?: string }).code, 'LOG_DAMAGED')
    assert.equal(bench.platform.capturing, 0)
    await assertKept(FILLER_EVENT, 'stop')
    assert.ok((await tagsInLog()) >= told, `of ${told} tags`)
  })

  test('ends commands that wait, and a crash right after it hides nothing', async () => {
    await open(FILLER_EVENT)
    await bench.command('api', 'recording.start', { media: ['mic'] })
    let release = (): void => {}
    // The disk is slow just now: the client waits.
    bench.gate = () => new Promise((resolve) => (release = resolve))
    const waiting = bench.command('api', 'track.pause').catch((error) => error)
    await eventually('a finding', isFound, LIMIT_MS)
    release()
    const answer = await waiting
    // When the finding takes long, the disk was too slow for the log before it.
    const isRefused = ['LOG_DAMAGED', 'STORAGE_UNAVAILABLE'].includes(answer.code)
    assert.ok(isRefused || answer.state === 'Paused', JSON.stringify(answer))
    bench.gate = undefined
    await assertKept(FILLER_EVENT, 'crash')
  })

  test('in a wrap-up leaves the recording readable, and is there later', async () => {
    await open(FILLER_EVENT)
    const { id } = await bench.command('api', 'recording.start', { media: ['mic'] })
    await bench.command('api', 'track.stop').catch(() => {})
    await eventually('a finding', isFound, LIMIT_MS)
    assert.equal((await bench.recorder.recording(id, 'api')).state, 'WrapUp')
    await assert.rejects(bench.command('api', 'recording.close'), { code: 'LOG_DAMAGED' })
    await assertKept(FILLER_EVENT, 'stop')
  })

  test('in an old closed recording is found, too', async () => {
    await open(4)
    await eventually('a finding', isFound, LIMIT_MS)
    await assertKept(4, 'stop')
  })

  test('in what is verified before the log is used keeps it from being opened', async () => {
    const last = await withClosedLog(bench, async (db) => {
      const [key = ''] = await db.keys({ lt: 'event0', reverse: true, limit: 1 }).all()
      return Number(key.slice('event/'.length))
    })
    await assert.rejects(open(last - 1), new RegExp(`event ${last - 1} is not the one`))
    await mkdir(bench.folder, { recursive: true })
    await assertKept(last - 1, 'stop').catch((error) => assert.fail(error))
  })
})
