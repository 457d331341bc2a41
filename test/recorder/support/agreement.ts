import assert from 'node:assert/strict'
import type { LogEvent } from '../../../src/contract/events.ts'
import { MEDIA } from '../../../src/contract/media.ts'
import type { RecordingView } from '../../../src/contract/views.ts'
import {
  type RecordingFold,
  recordingState,
  trackState,
} from '../../../src/machines/recording-fold.ts'
import { evolveRecordings, type OpenRecordings } from '../../../src/recorder/open-recordings.ts'
import { assertReplayed } from '../../support/assert-replayed.ts'
import type { RecorderBench } from '../../support/recorder-bench.ts'
import { eventually } from '../../support/suite.ts'

/** Describes a recording in one way, from each of the three derivations. */
function told(fold: Pick<RecordingFold, 'session' | 'tracks'>) {
  const tracks = Object.fromEntries(MEDIA.map((one) => [one, trackState(fold.tracks[one])]))
  return { state: recordingState(fold.session), tracks }
}

function shown(view: RecordingView) {
  const tracks = Object.fromEntries(MEDIA.map((one) => [one, view.tracks[one]?.state ?? 'off']))
  return { state: view.state, tracks }
}

function inside({
  control,
  session,
  tracks,
}: Pick<RecordingFold, 'control' | 'session' | 'tracks'>) {
  return [control, session, tracks.mic, tracks.speaker, tracks.screen].map(
    ({ value, context }) => ({ value, context }),
  )
}

/** Asserts that live machines, projection and fold of the log agree. */
export async function agree(bench: RecorderBench): Promise<void> {
  // What a kill sets off is reported a moment later: disagreement is a fault when it lasts.
  let disagreement: unknown
  await eventually(
    'the three agree',
    async () => {
      try {
        await compare(bench)
        return true
      } catch (error) {
        disagreement = error
        return false
      }
    },
    2_000,
  ).catch(() => {
    throw disagreement
  })
}

async function compare(bench: RecorderBench): Promise<void> {
  const events = await bench.events()
  const world = events.reduce<OpenRecordings>(
    (before, event: LogEvent) => evolveRecordings(before, event),
    new Map(),
  )
  const open = bench.recorder.log.openRecordings()
  assert.deepEqual(
    [...world.keys()],
    open.map(({ id }) => id),
    'fold and projection know the same recordings',
  )
  for (const view of open) {
    const fold = world.get(view.id)
    const live = bench.recorder.machines(view.id)
    assert.ok(fold && live)
    const unsettled = MEDIA.filter((one) =>
      ['pausing', 'stopping', 'starting'].includes(String(live.tracks[one].value)),
    )
    assert.deepEqual(unsettled, [], 'all captures have settled')
    assert.deepEqual(shown(view), told(fold), 'projection = fold')
    assert.deepEqual(inside(live), inside(fold), 'live = fold')
    assert.equal(view.version, fold.version)
  }
  await assertReplayed(bench.recorder)
  const recording = open
    .flatMap(({ tracks }) => Object.values(tracks))
    .filter(({ state }) => state === 'recording')
  assert.equal(
    bench.platform.capturing,
    recording.length,
    'what is said to record is captured, and nothing else',
  )
  assert.ok(open.filter(({ state }) => state === 'Active' || state === 'Paused').length <= 1)
}
