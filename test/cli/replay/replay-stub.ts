/** A stub of the API that has the recordings of a golden log. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { LogEvent } from '../../../src/contract/events.ts'
import { Replay } from '../../../src/replay/replay.ts'
import { type Stub, type StubAnswer, startStub } from '../support/stub.ts'

/** Answers of the stub, by method and path. */
export type Answers = Record<string, StubAnswer>

/** The replays of the golden log in which both sides were refused, in the order of their starts. */
export function goldenReplays(): Replay[] {
  const file = new URL('../../replay/golden/refused-by-both-sides.jsonl', import.meta.url)
  const replays = new Map<string, Replay>()
  for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
    const event: LogEvent = JSON.parse(line).event
    const id = event.recordingId as string
    const replay = replays.get(id) ?? new Replay(id)
    replays.set(id, replay)
    replay.append([event])
  }
  return [...replays.values()]
}

/** Answers what the recorder would answer about a recording. */
export function answersAbout(replay: Replay): Answers {
  const { recordingId, events } = replay
  const path = `GET /v1/recordings/${recordingId}`
  const { recording } = replay.stateAfter(events.length)
  assert.ok(recording)
  const half = Math.ceil(events.length / 2)
  const tracks = Object.entries(recording.tracks).map(([medium, track]) => [
    medium,
    { ...track, level: null },
  ])
  const answer = { ...recording, tracks: Object.fromEntries(tracks), allowedCommands: [] }
  const answers: Answers = {
    [path]: { body: { ...answer, tagHistory: [] } },
    [`${path}/events?limit=1000`]: { body: { items: events.slice(0, half), nextCursor: 'more' } },
    [`${path}/events?limit=1000&cursor=more`]: {
      body: { items: events.slice(half), nextCursor: null },
    },
  }
  for (let index = 0; index <= events.length; index++) {
    const position = events[index - 1]?.position ?? (events[0] as LogEvent).position - 1
    answers[`${path}/replay?position=${position}`] = { body: replay.stateAfter(index) }
  }
  return answers
}

/** Starts the stub with both recordings. */
export function startReplayStub(changed: Answers = {}): Promise<Stub> {
  const answers = goldenReplays().map(answersAbout)
  return startStub(Object.assign({}, ...answers, changed))
}
