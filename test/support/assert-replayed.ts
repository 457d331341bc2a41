import assert from 'node:assert/strict'
import type { LogEvent } from '../../src/contract/events.ts'
import type { Recorder } from '../../src/recorder/recorder.ts'
import { disagreements } from '../../src/replay/disagreements.ts'
import { machineStates } from '../../src/replay/machine-states.ts'
import { Replay } from '../../src/replay/replay.ts'

/**
 * Asserts of every recording in a recorder's log: machines and view agree after each of its events,
 * and in the end with the live machines and the view that is stored.
 */
export async function assertReplayed(recorder: Pick<Recorder, 'log' | 'machines'>): Promise<void> {
  const { log } = recorder
  if (log.status !== 'verified') return
  const events = await log.events({ after: 0, limit: 100_000 })
  for (const replay of replaysOf(events)) {
    const last = replay.stateAfter(replay.events.length)
    for (let index = 0; index <= replay.events.length; index++)
      assert.deepEqual(disagreements(replay.stateAfter(index)), [], `after event ${index}`)
    const stored = await log.recording(replay.recordingId)
    const live = recorder.machines(replay.recordingId)
    // Another event has come meanwhile: the next call compares again.
    if (log.position !== (events.at(-1)?.position ?? 0)) return
    assert.deepEqual(last.recording ?? undefined, stored, 'projection = replay')
    if (live) assert.deepEqual(last.machines, machineStates(live), 'live = replay')
  }
}

function replaysOf(events: readonly LogEvent[]): Replay[] {
  const replays = new Map<string, Replay>()
  for (const event of events) {
    const { recordingId } = event
    if (recordingId === null) continue
    const replay = replays.get(recordingId) ?? new Replay(recordingId)
    replays.set(recordingId, replay)
    replay.append([event])
  }
  return [...replays.values()]
}
