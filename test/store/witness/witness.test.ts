import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { TEST_KEYS } from '../../../lab/test-keys.ts'
import type { NewEvent } from '../../../src/contract/events.ts'
import type { EventLogOptions } from '../../../src/store/event-log.ts'
import { openEventLog } from '../../../src/store/event-log.ts'
import { openingProblem } from '../../../src/store/opening/opening-problem.ts'
import type { EventLog } from '../../../src/store/port.ts'
import { WitnessCheck } from '../../../src/store/witness/witness-check.ts'
import { suite } from '../../support/suite.ts'
import { daemonStarted, History } from '../support/history.ts'
import { refusal, withFolder, withLog } from '../support/scratch.ts'

/** A start of this version, which says that the witness exists. */
function started(): NewEvent {
  const event = daemonStarted()
  return { ...event, data: { ...event.data, witness: true } } as NewEvent
}

const append = (log: EventLog, ...events: NewEvent[]): Promise<void> =>
  log.append({ events }).committed

const acceptance = (log: EventLog): NewEvent =>
  ({ ...daemonStarted(), type: 'log.witnessLost', data: log.lostWitness }) as NewEvent

/** The folder of the recordings beside a log; with `id`, that of one with a segment. */
function recordings(folder: string, id?: string): string {
  const all = join(dirname(folder), 'recordings')
  mkdirSync(join(all, id ?? ''), { recursive: true })
  if (id !== undefined) writeFileSync(join(all, id, 'mic-000001.ogg'), 'x')
  return all
}

const refused = (folder: string, options: Partial<EventLogOptions> = {}): Promise<Error> =>
  refusal('STORAGE_UNAVAILABLE', () => openEventLog({ keys: TEST_KEYS, folder, ...options }))

suite('a witness file', (test) => {
  test('that is older than what the process knows is not believed when a log is reopened', () =>
    withFolder(async (folder) => {
      const witnessFile = `${folder}.head`
      await withLog(folder, (log) => append(log, started()))
      const { head } = await WitnessCheck.begin({ witnessFile })
      assert.equal(head?.position, 1)
      const known = { position: 3, hash: 'f'.repeat(64) }
      assert.deepEqual((await WitnessCheck.begin({ witnessFile, known })).head, known)
      const older = { position: 0, hash: '0'.repeat(64) }
      assert.deepEqual((await WitnessCheck.begin({ witnessFile, known: older })).head, head)
    }))
})

suite('a witness that is lost', (test) => {
  test('with the last events cut off is an error, as often as it is tried', () =>
    withFolder(async (folder) => {
      await withLog(folder, (log) => append(log, started()))
      const before = `${folder}.before`
      cpSync(folder, before, { recursive: true })
      await withLog(folder, (log) => append(log, daemonStarted(), daemonStarted()))
      rmSync(folder, { recursive: true })
      cpSync(before, folder, { recursive: true })
      rmSync(`${folder}.head`)
      for (let time = 1; time <= 2; time++) {
        const { message } = await refused(folder)
        assert.match(message, /witness file of the log is missing, although event 1 says/)
        assert.ok(!existsSync(`${folder}.head`))
      }
    }))

  test('says what to do, and that a person may accept it', () =>
    withFolder(async (folder) => {
      await withLog(folder, (log) => append(log, started()))
      rmSync(`${folder}.head`)
      const paths = { folder: '/h', logFolder: '/h/log', witnessFile: '/h/log.witness' }
      const problem = openingProblem(await refused(folder), {
        ...paths,
        recordingsFolder: '/h/recordings',
      })
      assert.match(problem ?? '', /Restore \/h\/log and \/h\/log\.witness together from a backup/)
      assert.match(problem ?? '', /`f2f serve --accept-lost-witness`/)
    }))

  test('is accepted by an event with what is known, before there is a new witness', () =>
    withFolder(async (folder) => {
      const history = new History('recording-1')
      await withLog(folder, (log) => append(log, started(), history.starting(), history.started()))
      const { hash } = JSON.parse(readFileSync(`${folder}.head`, 'utf8'))
      rmSync(`${folder}.head`)
      recordings(folder, 'recording-1')
      const options = { recordingsFolder: recordings(folder, 'recording-2') }
      const accept = { ...options, acceptLostWitness: true }
      await withLog(folder, async () => undefined, accept)
      assert.ok(!existsSync(`${folder}.head`), 'nothing was said yet')
      await refused(folder, options)
      await withLog(
        folder,
        async (log) => {
          const known = { position: 3, hash, witnessedAt: 1, unknownRecordings: 1 }
          assert.deepEqual(log.lostWitness, known)
          await append(log, acceptance(log))
          await log.writeWitness()
          assert.equal(JSON.parse(readFileSync(`${folder}.head`, 'utf8')).position, 4)
        },
        accept,
      )
      await withLog(folder, async (log) => assert.equal(log.lostWitness, undefined), options)
    }))

  test('that was accepted is not asked for again when the recorder died before the next one', () =>
    withFolder(async (folder) => {
      await withLog(folder, (log) => append(log, started()))
      rmSync(`${folder}.head`)
      await withLog(folder, (log) => append(log, acceptance(log)), { acceptLostWitness: true })
      rmSync(`${folder}.head`)
      await withLog(folder, (log) => append(log, started()))
      rmSync(`${folder}.head`)
      await refused(folder)
    }))

  test('is no error in a log of an earlier version, or one whose first start was killed', () =>
    withFolder(async (folder) => {
      await withLog(folder, (log) => append(log, daemonStarted()))
      rmSync(`${folder}.head`)
      await withLog(folder, async (log) => {
        assert.equal(JSON.parse(readFileSync(`${folder}.head`, 'utf8')).position, 1)
        await append(log, started())
      })
    }))

  test('is an error in a log of an earlier version that does not know every recording on disk', () =>
    withFolder(async (folder) => {
      const history = new History('recording-1')
      await withLog(folder, (log) => append(log, daemonStarted(), history.starting()))
      rmSync(`${folder}.head`)
      recordings(folder, 'recording-1')
      const options = { recordingsFolder: recordings(folder, 'recording-2') }
      const { message } = await refused(folder, options)
      assert.match(message, /is missing, and the log does not know 1 recording of the recordings/)
      rmSync(join(options.recordingsFolder, 'recording-2'), { recursive: true })
      await withLog(folder, async (log) => assert.equal(log.position, 2), options)
    }))

  test('exists before the first event', () =>
    withFolder(async (folder) => {
      await withLog(folder, async () => {
        assert.equal(JSON.parse(readFileSync(`${folder}.head`, 'utf8')).position, 0)
      })
      await withLog(folder, (log) => append(log, started()))
    }))

  test('does not matter to a log that is opened again by the same process', () =>
    withFolder((folder) =>
      withLog(folder, async (log) => {
        await append(log, started())
        await log.writeWitness()
        rmSync(`${folder}.head`)
        await log.reopen()
        assert.ok(existsSync(`${folder}.head`))
        assert.equal(log.lostWitness, undefined)
      }),
    ))

  test('that is damaged can be accepted, too', () =>
    withFolder(async (folder) => {
      await withLog(folder, (log) => append(log, started()))
      writeFileSync(`${folder}.head`, '{')
      assert.match((await refused(folder)).message, /is not JSON/)
      await withLog(folder, (log) => append(log, acceptance(log)), { acceptLostWitness: true })
      await withLog(folder, async (log) => assert.equal(log.position, 2))
    }))
})

suite('an empty log', (test) => {
  test('beside recordings is an error and changes nothing, until a person accepts it', () =>
    withFolder(async (folder) => {
      const options = { recordingsFolder: recordings(folder, 'recording-1') }
      const { message } = await refused(folder, options)
      assert.match(message, /The log is empty, but the recordings folder holds 1 recording\./)
      assert.ok(!existsSync(folder) && !existsSync(`${folder}.head`))
      const accept = { ...options, acceptLostWitness: true }
      await withLog(
        folder,
        async (log) => {
          assert.equal(log.lostWitness?.unknownRecordings, 1)
          await append(log, acceptance(log))
        },
        accept,
      )
      await withLog(folder, async (log) => assert.equal(log.position, 1), options)
    }))

  test('beside a folder without media is a new home', () =>
    withFolder(async (folder) => {
      const recordingsFolder = recordings(folder)
      mkdirSync(join(recordingsFolder, 'lost+found'))
      await withLog(folder, (log) => append(log, started()), { recordingsFolder })
    }))
})
