import assert from 'node:assert/strict'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TEST_KEYS } from '../../../lab/test-keys.ts'
import { RecorderError } from '../../../src/contract/errors.ts'
import { openEventLog } from '../../../src/store/event-log.ts'
import type { EventLog } from '../../../src/store/port.ts'
import { History } from './history.ts'
import { withLog } from './scratch.ts'

const CLIENTS = Array.from({ length: 20 }, (_, i) => ({ client: 'crm', key: `key-${i}` }))

/** Writes a log with closed, open, tagged and failed recordings, and kept answers, to tables. */
export async function writeLog(folder: string, recordings = 40): Promise<void> {
  // Each opening moves what was written before to a table, where LevelDB does not look for damage.
  for (let part = 0; part < 4; part++)
    await withLog(folder, async (log) => {
      for (let i = part; i < recordings; i += 4)
        await writeRecording(log, i, i % 10 === 9 ? 'in wrap-up' : 'closed')
      await log.writeWitness()
    })
  await withLog(folder, async () => {})
}

/** Writes the events of the `i`th recording, which began `i` minutes into the morning. */
export async function writeRecording(
  log: EventLog,
  i: number,
  until: 'in wrap-up' | 'closed',
): Promise<void> {
  const history = new History(`recording-${String(i).padStart(4, '0')}`, i * 60_000)
  const { id } = history
  const idempotency = { ...CLIENTS[i % CLIENTS.length]!, fingerprint: `f-${i}` }
  await log.append({
    events: [
      history.starting(),
      history.tagged(0, { customer: i, branch: `branch ${i % 3}` }),
      history.trackStarting(0, 1),
      history.opened(10, 1),
      history.track(20, 'track.started', 1),
      history.started(20),
    ],
    answers: [{ idempotency, render: (view) => ({ status: 201, body: view(id) }) }],
  }).committed
  for (let n = 0; n < 4; n++)
    await log.append({ events: history.tagCommand(30 + n, { [`note ${n}`]: `text ${i} ${n}` }) })
      .committed
  await log.append({
    events: [
      history.pausing(900, 1),
      history.segmentClosed(900, 1, 10, 900),
      history.paused(905),
      history.wrapUp(1000),
      ...(until === 'closed' ? [history.closed(2000)] : []),
    ],
  }).committed
}

/** A log, or its reader alone. */
export type Reader = Pick<
  EventLog,
  'recordings' | 'recording' | 'tagHistory' | 'segments' | 'segment' | 'events'
>

/** Returns everything that a reader tells of recordings and events. */
export async function recordingsOf(reader: Reader) {
  const { items } = await reader.recordings({ limit: 1_000 })
  const each = await Promise.all(
    items.map(async ({ id }) => ({
      view: await reader.recording(id),
      tags: await reader.tagHistory(id),
      segments: await reader.segments(id, { limit: 100 }),
      segment: await reader.segment(id, 'mic', 1),
      events: await reader.events({ after: 0, limit: 1_000, recordingId: id }),
    })),
  )
  const branch = await reader.recordings({ limit: 1_000, tags: { branch: 'branch 1' } })
  const events = await reader.events({ after: 0, limit: 10_000 })
  return { items, each, branch, events }
}

/** Returns everything that a log tells its readers. */
export async function everythingOf(log: EventLog): Promise<unknown> {
  const answers = await Promise.all(CLIENTS.map((client) => log.answer(client)))
  return { ...(await recordingsOf(log)), answers, open: log.openRecordings() }
}

/** The end of an opening of a log with one flipped bit. */
export type Outcome = 'unchanged' | 'rebuilt' | 'refused'

/** Flips one bit of a database's files. `random` returns numbers from 0 up to 1. */
export function flipBit(folder: string, random: () => number): string {
  const files = readdirSync(folder).filter((name) => !/^LOCK$|^LOG/.test(name))
  const contents = files.map((name) => readFileSync(join(folder, name)))
  let at = Math.floor(random() * contents.reduce((sum, { length }) => sum + length, 0))
  for (const [i, content] of contents.entries()) {
    if (at < content.length) {
      const bit = Math.floor(random() * 8)
      content[at]! ^= 1 << bit
      writeFileSync(join(folder, files[i]!), content)
      return `bit ${bit} of byte ${at} of ${files[i]}`
    }
    at -= content.length
  }
  throw new Error('The folder has no bytes.')
}

/**
 * Flips a bit in a copy of a log, opens it, and compares what it tells with the truth. Fails when
 * it tells something else: it may only refuse to open, or refuse an answer. A copy that is there is
 * what an opening has left that LevelDB ended; it is opened again.
 */
export async function openWithFlippedBit(
  folder: string,
  truth: unknown,
  random: () => number,
): Promise<Outcome> {
  const copy = `${folder}-copy`
  let what = 'the second opening'
  if (!existsSync(copy)) {
    cpSync(`${folder}.head`, `${copy}.head`)
    cpSync(folder, copy, { recursive: true })
    what = flipBit(copy, random)
  }
  try {
    return await outcomeOf(copy, truth)
  } catch (cause) {
    throw new Error(`${what}: ${cause instanceof Error ? cause.message : cause}`, { cause })
  } finally {
    for (const path of [copy, `${copy}.head`, `${copy}.opening`])
      rmSync(path, { recursive: true, force: true })
  }
}

async function outcomeOf(folder: string, truth: unknown): Promise<Outcome> {
  let log: EventLog
  try {
    log = await openEventLog({ keys: TEST_KEYS, folder })
  } catch (error) {
    if (error instanceof RecorderError && error.code === 'STORAGE_UNAVAILABLE') return 'refused'
    throw error
  }
  try {
    assert.deepEqual(await everythingOf(log), truth)
    return log.rebuiltViews !== undefined ? 'rebuilt' : 'unchanged'
  } catch (error) {
    if (error instanceof RecorderError && error.code === 'STORAGE_UNAVAILABLE') return 'refused'
    throw error
  } finally {
    await log.close()
  }
}

/** Random numbers from 0 up to 1 that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
