import assert from 'node:assert/strict'
import type { NewEvent } from '../../../src/contract/events.ts'
import { withChecksum } from '../../../src/store/database/checksum.ts'
import type { EventLog } from '../../../src/store/port.ts'
import { eventually, suite } from '../../support/suite.ts'
import { at, CRM } from '../support/history.ts'
import { withDatabase, withFolder, withLog } from '../support/scratch.ts'

const BLOCK = 1_024
/** Two blocks and a half. */
const EVENTS = 2.5 * BLOCK
/** One event in so many is rare. */
const RARE = 100

/** An event of a log whose clock is set back at every 500th event. */
function eventAt(index: number): NewEvent {
  const isRare = index % RARE === 0
  const ms = (index - (index % 500 === 0 ? 400 : 0)) * 1_000
  return {
    ...(isRare
      ? { type: 'desktop.locked' as const, data: {} }
      : { type: 'retention.checked' as const, data: { erased: index, held: 0 } }),
    ...{ recordingId: null, version: null, at: at(ms), by: CRM, commandId: null },
  }
}

async function fill(log: EventLog, from = 1, to = EVENTS): Promise<void> {
  const events = Array.from({ length: to - from + 1 }, (_, i) => eventAt(from + i))
  for (let next = 0; next < events.length; next += 300)
    await log.append({ events: events.slice(next, next + 300) }).committed
}

/** The positions of the rare events of a period, in pages. */
async function rarePositions(
  log: EventLog,
  order: 'oldest' | 'newest' = 'oldest',
  period: { from?: string; to?: string } = {},
): Promise<number[]> {
  const found: number[] = []
  for (let after: number | null | undefined; after !== null; ) {
    const query = { types: ['desktop.locked'] as const, order, limit: 4, ...period }
    const page = await log.audit.events({ ...query, ...(after === undefined ? {} : { after }) })
    found.push(...page.items.map(({ position }) => position))
    after = page.next
  }
  return found
}

const RARE_POSITIONS = Array.from({ length: EVENTS / RARE }, (_, i) => (i + 1) * RARE)

const blockKeys = (folder: string): Promise<string[]> =>
  withDatabase(folder, (db) => db.keys({ gte: 'audit/', lt: 'audit0' }).all())

suite('the index for the auditor’s questions', (test) => {
  test('finds events in whole blocks, and in those that are not written yet', async () => {
    await withFolder(async (folder) => {
      await withLog(folder, async (log) => {
        await fill(log)
        assert.deepEqual(await rarePositions(log), RARE_POSITIONS)
        assert.deepEqual(await rarePositions(log, 'newest'), RARE_POSITIONS.toReversed())
      })
      assert.deepEqual(await blockKeys(folder), [
        'audit/1/0000000000000001',
        'audit/1/0000000000001025',
      ])
      await withLog(folder, async (log) => {
        assert.deepEqual(await rarePositions(log), RARE_POSITIONS)
        await fill(log, EVENTS + 1, 3 * BLOCK)
        assert.equal((await rarePositions(log)).at(-1), 3_000)
      })
      assert.equal((await blockKeys(folder)).length, 3)
    })
  })

  test('finds all events of a period, although the clock was set back', async () => {
    await withFolder((folder) =>
      withLog(folder, async (log) => {
        await fill(log)
        const period = { from: at(595_000), to: at(1_105_000) }
        const positions = [600, 700, 800, 900, 1_000, 1_100, 1_500]
        // The event at 1,000 is dated 400 s back, as that at 1,500.
        assert.deepEqual(await rarePositions(log, 'oldest', period), positions)
      }),
    )
  })

  test('is made again where it is missing, changed, or of a longer log', async () => {
    await withFolder(async (folder) => {
      await withLog(folder, (log) => fill(log))
      const key = 'audit/1/0000000000000001'
      const untouched = (await withDatabase(folder, (db) => db.get(key))) ?? ''
      const forged = untouched.replace('desktop.locked', 'desktop.unlocked')
      const body = forged.slice(13)
      for (const value of [undefined, forged, withChecksum(key, body)]) {
        await withDatabase(folder, async (db) => {
          if (value === undefined) await db.del(key)
          else await db.put(key, value)
          await db.put('audit/1/0000000000009217', untouched)
          await db.put('audit/0/0000000000000001', 'of another version')
        })
        const rebuilt = await withLog(folder, async (log) => log.rebuiltViews)
        // A block that is only missing says nothing: an older recorder writes none.
        const nothing = { count: 0, recordings: [], damagedTables: [] }
        assert.deepEqual(rebuilt, value === undefined ? undefined : { ...nothing, auditBlocks: 1 })
        // It is made in the background, and goes on at the next opening.
        await eventually('the whole index', async () => {
          await withLog(folder, async (log) => {
            assert.deepEqual(await rarePositions(log), RARE_POSITIONS)
          })
          const keys = await blockKeys(folder)
          return keys.join() === [key, 'audit/1/0000000000001025'].join()
        })
        assert.equal(await withDatabase(folder, (db) => db.get(key)), untouched)
      }
    })
  })
})
