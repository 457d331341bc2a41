import type { ReplayState } from '../../contract/replay.ts'
import type { RecordingAnswer, RecordingView } from '../../contract/views.ts'
import { disagreements } from '../../replay/disagreements.ts'
import type { Replay } from '../../replay/replay.ts'
import type { Api } from '../connection/api.ts'
import { shorten } from '../text/text-width.ts'
import { type Difference, firstDifference } from './first-difference.ts'

/** The most moments that the recorder is asked for. */
const MOST_QUESTIONS = 200
/** The most differences that are listed. */
const MOST_DIFFERENCES = 100

/** Something that differs although it must be equal. */
export interface VerifiedDifference {
  /** The number of the event after which it differs. */
  index: number
  /** The event's position in the log; null before the first. */
  position: number | null
  detail: string
}

/** The number of comparisons, and what differed. */
export interface Verification {
  recordingId: string
  /** The number of events after which machines and view were compared. */
  steps: number
  /** The number of moments at which the recorder was asked. */
  asked: number
  differences: VerifiedDifference[]
}

/**
 * Compares machines and view after every event, the last view with the recorder's answer, and up to
 * 200 moments with those that the recorder replays itself.
 */
export async function verifyReplay(
  api: Api,
  replay: Replay,
  onPercent: (percent: number) => void,
): Promise<Verification> {
  const { recordingId, events } = replay
  const differences: VerifiedDifference[] = []
  const report = (index: number, detail: string): void => {
    const position = events[index - 1]?.position ?? null
    if (differences.length < MOST_DIFFERENCES) differences.push({ index, position, detail })
  }
  for (let index = 0; index <= events.length; index++)
    for (const detail of disagreements(replay.stateAfter(index))) report(index, detail)
  await compareLastView(api, replay, report)
  const moments = chooseEvenly(events.length, MOST_QUESTIONS)
  for (const [done, index] of moments.entries()) {
    await compareMoment(api, replay, index, report)
    onPercent(Math.floor((100 * (done + 1)) / moments.length))
  }
  return { recordingId, steps: events.length, asked: moments.length, differences }
}

type Report = (index: number, detail: string) => void

async function compareLastView(api: Api, replay: Replay, report: Report): Promise<void> {
  const index = replay.events.length
  const { recording } = replay.stateAfter(index)
  const answer = await api.recording(replay.recordingId)
  // Something has happened since the events were read.
  if (recording !== null && answer.version > recording.version) return
  const difference = firstDifference(recording, viewIn(answer))
  if (difference !== null)
    report(index, sentence('The recording as the recorder answers it now', difference))
}

/** Leaves out what depends on the reader or on the moment. */
function viewIn(answer: RecordingAnswer & { tagHistory?: unknown }): RecordingView {
  const { allowedCommands: _allowed, retention: _kept, tagHistory: _history, ...rest } = answer
  const { tracks, ...view } = rest
  const bare = Object.entries(tracks).map(([medium, { level: _level, ...track }]) => [
    medium,
    track,
  ])
  return { ...view, tracks: Object.fromEntries(bare) }
}

async function compareMoment(
  api: Api,
  replay: Replay,
  index: number,
  report: Report,
): Promise<void> {
  const { recordingId, events } = replay
  const position = events[index - 1]?.position ?? (events[0]?.position ?? 1) - 1
  const [here, there] = [replay.stateAfter(index), await api.replay(recordingId, { position })]
  const difference = firstDifference(comparable(here), comparable(there))
  if (difference !== null)
    report(index, sentence('The moment as the recorder replays it', difference))
}

/** Leaves out what further events change. */
function comparable({ count: _count, nextPosition: _next, ...state }: ReplayState): unknown {
  // As it is after a transfer: without undefined members.
  return JSON.parse(JSON.stringify(state))
}

/** Describes a difference. Repeats no value of a tag. */
function sentence(what: string, { path, here, there }: Difference): string {
  if (/(?:^|\.)tags?\b/.test(path)) return `${what} differs in ${path}.`
  return `${what} differs in ${path || 'everything'}: ${short(here)} from the events, ${short(there)} there.`
}

function short(value: unknown): string {
  return shorten(JSON.stringify(value) ?? 'nothing', 60)
}

/** Chooses up to `most` of the numbers 0 … last, with the first and the last. */
function chooseEvenly(last: number, most: number): number[] {
  const count = Math.min(last + 1, most)
  if (count === 1) return [0]
  return Array.from({ length: count }, (_, at) => Math.round((at * last) / (count - 1)))
}
