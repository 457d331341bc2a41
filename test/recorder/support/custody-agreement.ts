import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ConsentState, isRefusedConsent } from '../../../src/contract/custody.ts'
import type { LogEvent } from '../../../src/contract/events.ts'
import { type ModelBench, PERSONAL } from './model-steps.ts'

/** A recording as the log describes it, folded as an auditor would. */
interface Kept {
  holds: Set<string>
  consent: ConsentState | null
  isClosed: boolean
  erasing: boolean
  erased: boolean
  /** Since when it should be erased for want of consent. */
  dueAt: number | null
}

const LIMIT_MS = 5_000

/** The types of events that may follow the begin of an erasure. */
const AFTER = [
  'recording.erased',
  'recording.accessed',
  ...['command.completed', 'command.failed', 'command.refused'],
]

/** The events behind which a recording without consent is erased where the rules say so. */
const ERASING = new Set(['recording.consentRecorded', 'recording.holdReleased', 'recording.closed'])

/** Asserts that nothing was erased that had to be kept, nor kept that had to be erased. */
export async function assertCustody(model: ModelBench): Promise<void> {
  const { bench } = model
  const kept = await settled(model)
  for (const [id, { holds, erased }] of kept) {
    if (!erased) continue
    assert.deepEqual([...holds], [], 'nothing was erased that is held')
    assert.equal(bench.keys.keysOf(id), undefined, 'the key is gone')
    const told = await tellAll(model, id)
    assert.ok(!told.includes(PERSONAL), `no answer knows what was erased: ${told}`)
    const files = await readdir(join(bench.folder, 'recordings', id)).catch(() => [])
    assert.deepEqual(files, [], 'no file is left')
  }
  await assertNothingPlain(bench.folder)
}

/** Waits until what has begun, or must begin, is complete. Throws at once at a wrong erasure. */
async function settled(model: ModelBench): Promise<Map<string, Kept>> {
  for (const until = Date.now() + LIMIT_MS; ; ) {
    const kept = fold(await model.bench.events(), model)
    const left = [...kept].filter(([, one]) => one.dueAt !== null || (one.erasing && !one.erased))
    if (left.length === 0) return kept
    if (Date.now() > until) assert.deepEqual(left, [], 'what must be erased is erased')
    await new Promise(setImmediate)
  }
}

function fold(events: readonly LogEvent[], model: ModelBench): Map<string, Kept> {
  const all = new Map<string, Kept>()
  for (const event of events) {
    const { recordingId: id } = event
    if (id === null) continue
    const none = { holds: new Set<string>(), consent: null, dueAt: null }
    const one = all.get(id) ?? { ...none, isClosed: false, erasing: false, erased: false }
    all.set(id, one)
    observe(one, event, model)
  }
  return all
}

function observe(one: Kept, event: LogEvent, model: ModelBench): void {
  const { position, type, data } = event
  const { rules } = model.rules.findLast(({ from }) => from <= position)!
  if (one.erasing) assert.ok(AFTER.includes(type), `${type} after an erasure at ${position}`)
  if (type === 'recording.held') one.holds.add(data.holdId)
  if (type === 'recording.holdReleased') one.holds.delete(data.holdId)
  if (type === 'recording.consentRecorded') one.consent = data.state
  if (type === 'recording.closed') one.isClosed = true
  const isRefused = isRefusedConsent(one.consent) && one.holds.size === 0
  const mayErase = ERASING.has(type)
  if (!isRefused) one.dueAt = null
  else if (mayErase && rules.consent.eraseWhenWithdrawn) one.dueAt ??= position
  if (type !== 'recording.erasing') {
    if (type === 'recording.erased') one.erased = true
    return
  }
  assert.ok(one.isClosed, `what is open was erased at ${position}`)
  assert.equal(one.holds.size, 0, `what is held was erased at ${position}`)
  if (data.cause === 'consentWithdrawn') assert.ok(isRefused, `${position}: there was consent`)
  one.erasing = true
  one.dueAt = null
}

/** Everything that a client can learn about a recording. */
async function tellAll({ bench: { recorder } }: ModelBench, id: string): Promise<string> {
  const view = await recorder.recording(id, 'ui')
  const list = await recorder.recordings({ limit: 100 } as never, 'api')
  const events = await recorder.log.events({ after: 0, limit: 100_000, recordingId: id })
  const own = list.items.filter((one) => one.id === id)
  return JSON.stringify([view, own, events])
}

async function assertNothingPlain(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const content = await readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0))
    assert.ok(!content.includes(PERSONAL), `${entry.name} has a value that is not sealed`)
  }
}
