import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Contradiction } from '../../../src/contract/outsiders.ts'
import type { RecordingView } from '../../../src/contract/views.ts'
import { MemoryKeyRing } from '../../../src/custody/memory-key-ring.ts'
import { KeyUpkeep, type KeyUpkeepOptions } from '../../../src/recorder/custody/key-upkeep.ts'
import { DISK_MARK } from '../../../src/recorder/disk/recordings-disk.ts'
import { NO_TIME } from '../../../src/store/state/trusted-time.ts'
import type { LostWitness } from '../../../src/store/witness/witness-check.ts'
import { suite } from '../../support/suite.ts'

const view = (erased: object | null) => ({ erased }) as RecordingView

interface Doubts {
  lostWitness?: LostWitness
  lostFrom?: number
  contradiction?: Contradiction
  isDiskMissing?: boolean
}

/** Keys of recordings that are known, open, erased, and of none; one of none has files. */
async function setUp(doubts: Doubts = {}) {
  const recordingsFolder = await mkdtemp(join(tmpdir(), 'f2f-upkeep-'))
  if (!doubts.isDiskMissing) await writeFile(join(recordingsFolder, DISK_MARK), '')
  for (const id of ['withFiles', 'erased']) await mkdir(join(recordingsFolder, id))
  const names = () => readdir(recordingsFolder)
  const folders = async () => (await names()).filter((name) => name !== DISK_MARK)
  const keys = new MemoryKeyRing()
  for (const id of ['known', 'open', 'erased', 'unknown', 'withFiles']) await keys.create(id)
  const views: Record<string, RecordingView> = { known: view(null), erased: view({}) }
  const faults: unknown[] = []
  const options: KeyUpkeepOptions = {
    keys,
    log: {
      lostWitness: doubts.lostWitness,
      trustedTime: { ...NO_TIME, lostFrom: doubts.lostFrom ?? null },
      contradiction: doubts.contradiction ?? null,
      readable: { erased: new Set(['erased']) } as unknown as KeyUpkeepOptions['log']['readable'],
      unfinishedErasures: () => [],
      openRecordings: () => [{ id: 'open' } as RecordingView],
      recording: async (id) => views[id],
      proofs: { keys: [] } as unknown as KeyUpkeepOptions['log']['proofs'],
      audit: {
        events: async () => ({ items: [], next: null }),
      } as unknown as KeyUpkeepOptions['log']['audit'],
    },
    facts: { append: async () => {} },
    verified: async () => {},
    system: { side: 'system', client: 'recorder', user: 'tester' },
    recordingsDisk: {
      folderOf: (id) => join(recordingsFolder, id),
      names: async () => new Set(await names()),
    },
    onFault: (_what, error) => faults.push(error),
  }
  return { keys, faults, folders, upkeep: new KeyUpkeep(options) }
}

suite('the upkeep of the keys', (test) => {
  test('destroys keys of erased and of unknown recordings, files of erased ones, and no others', async () => {
    const { keys, faults, folders, upkeep } = await setUp()
    await upkeep.begin()
    await upkeep.idle()
    assert.deepEqual((await keys.recordings()).sort(), ['known', 'open', 'withFiles'])
    assert.deepEqual(await folders(), ['withFiles'])
    assert.deepEqual(faults, [])
  })

  const DOUBTS: Record<string, Doubts> = {
    'a lost witness leaves open what the log has known': { lostWitness: {} as LostWitness },
    'nobody has confirmed what the lost end of the log had': { lostFrom: 1 },
    'a witness contradicts the log': { contradiction: {} as Contradiction },
  }
  for (const [why, doubts] of Object.entries(DOUBTS))
    test(`destroys nothing while ${why}`, async () => {
      const { keys, folders, upkeep } = await setUp(doubts)
      await upkeep.begin()
      await upkeep.idle()
      assert.equal((await keys.recordings()).length, 5)
      assert.equal((await folders()).length, 2)
    })

  test('destroys keys of erased recordings alone while the disk of the recordings is missing', async () => {
    const { keys, upkeep } = await setUp({ isDiskMissing: true })
    await upkeep.begin()
    await upkeep.idle()
    assert.deepEqual((await keys.recordings()).sort(), ['known', 'open', 'unknown', 'withFiles'])
  })

  test('reports a fault, and looks at the other keys all the same', async () => {
    const { keys, faults, upkeep } = await setUp()
    keys.destroy = async () => {
      throw new Error('the disk has a fault')
    }
    keys.discard = MemoryKeyRing.prototype.destroy
    await upkeep.begin()
    await upkeep.idle()
    assert.equal(faults.length, 1)
    assert.ok(!(await keys.recordings()).includes('unknown'))
  })
})
