import assert from 'node:assert/strict'
import type { LogEvent } from '../../../src/contract/events.ts'
import type { RecordingAnswer } from '../../../src/contract/views.ts'
import type { Answer } from '../../support/daemon.ts'
import { assertWithin } from '../../support/machine.ts'
import { eventually } from '../../support/suite.ts'
import { ofType } from './history.ts'
import type { ObservedDaemon } from './observed-daemon.ts'

/** How long after a pause or stop a process may take to end. */
export const END_MS = 1_000
/**
 * Between what the daemon takes at the same time, and from a cut to the end of the sound or frame
 * that it falls into.
 */
const TOLERANCE_MS = 100

/** The two commands that always win. */
export const WINNERS = ['pause', 'stop'] as const
/** One of them. */
export type Winner = (typeof WINNERS)[number]

/**
 * Sends a pause or stop and sees that capture ends within a second of it, answered or not.
 * `arrivedBy` (epoch ms): when a request that was sent at the same time had an answer.
 */
export async function endsCapture(
  daemon: ObservedDaemon,
  winner: Winner,
): Promise<{ arrivedBy: number; answer: Promise<Answer> }> {
  const answer = daemon.api('POST', `/recordings/current/${winner}`)
  // Looked at below; a failure in between must not end the process.
  answer.catch(() => {})
  const arrivedBy = fetch(`${daemon.url}/healthz`).then(() => Date.now())
  await eventually(`capture ends by ${winner}`, () => daemon.captures().length === 0, END_MS)
  return { arrivedBy: await arrivedBy, answer }
}

/** Starts a recording that is confirmed. */
export async function start(
  daemon: ObservedDaemon,
  body: Record<string, unknown> = {},
): Promise<RecordingAnswer> {
  const answer = await daemon.api('POST', '/recordings', { wrapUpSeconds: 3600, ...body })
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  return answer.body
}

/** The current recording. */
export async function current(daemon: ObservedDaemon): Promise<RecordingAnswer> {
  return (await daemon.api('GET', '/recordings/current')).body
}

/** Nothing captured after a request had arrived has been kept. */
export function assertNothingLater(events: readonly LogEvent[], arrivedBy: number): void {
  for (const { data } of ofType(events, 'segment.closed')) {
    const lateMs = Date.parse(data.endedAt) - arrivedBy
    assertWithin(lateMs, TOLERANCE_MS, `${data.file} goes on after the request`)
  }
}
