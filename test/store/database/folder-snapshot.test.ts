import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
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
import { TEST_KEYS } from '../../../lab/test-keys.ts'
import { openEventLog } from '../../../src/store/event-log.ts'
import { programArgs } from '../../support/program-args.ts'
import { suite } from '../../support/suite.ts'
import { History } from '../support/history.ts'
import { refusal, withFolder, withLog } from '../support/scratch.ts'

const CHILD = programArgs(new URL('../support/killed-opening.ts', import.meta.url))
/** Copies of a log; the opening of each is killed one step later. */
const MORE_THAN_STEPS = 14

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

/** Files of killed openings beside a log. */
const leftovers = (folder: string): string[] =>
  readdirSync(join(folder, '..')).filter((name) => /^log\.(opening|rewritten)/.test(name))

const refused = (folder: string): Promise<Error> =>
  refusal('STORAGE_UNAVAILABLE', () => openEventLog({ keys: TEST_KEYS, folder }))

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
      assert.deepEqual(leftovers(folder), [])
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

  test('goes back to the files from before a killed opening when it has damaged them', () =>
    withFolder(async (folder) => {
      await write(folder)
      cpSync(folder, `${folder}.opening`, { recursive: true })
      damage(folder)
      await reopened(folder)
      assert.deepEqual(leftovers(folder), [])
    }))

  test('completes a restore that was killed halfway', () =>
    withFolder(async (folder) => {
      await write(folder)
      renameSync(folder, `${folder}.opening`)
      await reopened(folder)
      assert.ok(!existsSync(`${folder}.opening`))
    }))
})

suite('an opening that is killed', (test) => {
  /** Kills the opening of a copy at each of its steps, and checks each copy. */
  async function killedAtEachStep(
    fixture: string,
    check: (folder: string) => Promise<void>,
  ): Promise<void> {
    const copies = Array.from({ length: MORE_THAN_STEPS }, (_, at) =>
      join(`${fixture}-${at}`, 'log'),
    )
    for (const copy of copies) {
      cpSync(fixture, copy, { recursive: true })
      cpSync(`${fixture}.head`, `${copy}.head`)
    }
    const { signal, stdout } = spawnSync(process.execPath, [...CHILD, ...copies], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    assert.equal(signal, 'SIGKILL')
    const over = Number(stdout)
    assert.ok(over >= 1 && over < MORE_THAN_STEPS - 4, `${over} openings were not killed`)
    for (const copy of copies) await check(copy)
  }

  test('at any step leaves a damaged log as it was', () =>
    withFolder(async (folder) => {
      await write(folder)
      cpSync(folder, `${folder}.sound`, { recursive: true })
      damage(folder)
      const before = contents(folder)
      await killedAtEachStep(folder, async (copy) => {
        await refused(copy)
        assert.deepEqual(contents(copy), before)
        assert.deepEqual(
          leftovers(copy).filter((name) => !name.startsWith('log.rewritten.')),
          [],
        )
        // A person restores a sound log.
        rmSync(copy, { recursive: true })
        cpSync(`${folder}.sound`, copy, { recursive: true })
        await reopened(copy)
        assert.deepEqual(leftovers(copy), [])
      })
    }))

  test('at any step leaves nothing beside a sound log', () =>
    withFolder(async (folder) => {
      await write(folder)
      await killedAtEachStep(folder, async (copy) => {
        await reopened(copy)
        assert.deepEqual(leftovers(copy), [])
      })
    }))

  test('leaves nothing, but the files of a process that is alive stay', () =>
    withFolder(async (folder) => {
      await write(folder)
      const { pid: dead } = spawnSync(process.execPath, ['--version'])
      const alive = `log.opening.${process.ppid}`
      for (const name of [`log.opening.${dead}`, alive, `log.opening.${process.pid}`])
        cpSync(folder, join(folder, '..', name), { recursive: true })
      await reopened(folder)
      assert.deepEqual(leftovers(folder), [alive])
    }))

  test('removes what a killed verification has left, but no files of one that is under way', () =>
    withFolder(async (folder) => {
      await write(folder)
      const { pid: dead } = spawnSync(process.execPath, ['--version'])
      const alive = `log.verify.${process.ppid}`
      for (const name of [`log.verify.${dead}`, alive])
        cpSync(folder, join(folder, '..', name), { recursive: true })
      await reopened(folder)
      assert.deepEqual(
        readdirSync(join(folder, '..')).filter((name) => name.startsWith('log.verify')),
        [alive],
      )
    }))
})

/** Opens it once more; rejects when it is not sound. */
async function reopened(folder: string): Promise<void> {
  await withLog(folder, async (log) => assert.ok(log.position > 20))
}
