import assert from 'node:assert/strict'
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
} from 'node:fs'
import { join } from 'node:path'
import { openEventLog } from '../../src/store/event-log.ts'
import { suite } from '../support/suite.ts'
import { History } from './support/history.ts'
import { refusal, withFolder, withLog } from './support/scratch.ts'

async function write(folder: string): Promise<void> {
  await withLog(folder, async (log) => {
    const history = new History('recording-1')
    await log.append({
      events: [history.starting(), history.started(), history.tagged(0, { n: 0 })],
    }).committed
    for (let i = 1; i < 20; i++)
      await log.append({ events: history.tagCommand(i, { n: i }) }).committed
  })
}

/** Removes the newest entries. LevelDB would continue without them. */
function damage(folder: string): void {
  const name = readdirSync(folder).find((file) => file.endsWith('.log'))!
  truncateSync(join(folder, name), readFileSync(join(folder, name)).length - 100)
}

function contents(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'base64')]),
  )
}

const refused = (folder: string): Promise<Error> =>
  refusal('STORAGE_UNAVAILABLE', () => openEventLog({ folder }))

suite('opening a log', (test) => {
  test('leaves a damaged log unchanged to the byte, however often it is tried', () =>
    withFolder(async (folder) => {
      await write(folder)
      damage(folder)
      const before = contents(folder)
      for (let time = 1; time <= 2; time++) {
        await refused(folder)
        assert.deepEqual(contents(folder), before)
      }
      assert.ok(!existsSync(`${folder}.opening`))
    }))

  test('leaves no snapshot of a sound log', () =>
    withFolder(async (folder) => {
      await write(folder)
      await reopened(folder)
      assert.deepEqual(
        readdirSync(join(folder, '..')).filter((name) => name.includes('opening')),
        [],
      )
    }))

  test('leaves a log alone that another process has open, and no snapshot of it', () =>
    withFolder(async (folder) => {
      await write(folder)
      await withLog(folder, async () => {
        await refused(folder)
        assert.ok(!existsSync(`${folder}.opening`))
      })
      await reopened(folder)
    }))

  test('keeps the snapshot of a killed opening until the log is sound', () =>
    withFolder(async (folder) => {
      await write(folder)
      cpSync(folder, `${folder}.opening`, { recursive: true })
      const kept = contents(`${folder}.opening`)
      const sound = `${folder}.sound`
      cpSync(folder, sound, { recursive: true })
      damage(folder)
      await refused(folder)
      assert.deepEqual(contents(`${folder}.opening`), kept)
      rmSync(folder, { recursive: true })
      renameSync(sound, folder)
      await reopened(folder)
      assert.ok(!existsSync(`${folder}.opening`))
    }))

  test('completes a restore that was killed halfway', () =>
    withFolder(async (folder) => {
      await write(folder)
      renameSync(folder, `${folder}.opening`)
      await reopened(folder)
      assert.ok(!existsSync(`${folder}.opening`))
    }))
})

/** Opens it once more; rejects when it is not sound. */
async function reopened(folder: string): Promise<void> {
  await withLog(folder, async (log) => assert.ok(log.position > 20))
}
