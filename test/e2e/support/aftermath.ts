import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { EventOf, LogEvent } from '../../../src/contract/events.ts'
import type { Medium } from '../../../src/contract/media.ts'
import type { TrackState } from '../../../src/contract/states.ts'
import type { RecordingAnswer } from '../../../src/contract/views.ts'
import { VERIFIED_AT_ONCE } from '../../../src/store/opening/open-from-state.ts'
import { assertWithin } from '../../support/machine.ts'
import { eventually } from '../../support/suite.ts'
import { ofType } from './history.ts'
import type { ObservedDaemon } from './observed-daemon.ts'
import type { Acknowledged, WitnessClient } from './witness-client.ts'

const COMMAND_OF: Record<string, string> = {
  start: 'recording.start',
  pause: 'track.pause',
  resume: 'track.resume',
  stop: 'track.stop',
  tags: 'recording.tag',
  close: 'recording.close',
}

/** How many ms of media before a kill or a power cut may be missing. */
const LOSS_MS = 1_000

/**
 * The log is one story: positions from 1 without a gap, versions too, and every accepted command
 * has one outcome.
 */
export function assertLogIsWhole(events: readonly LogEvent[]): void {
  assert.deepEqual(
    events.map(({ position }) => position),
    events.map((_, index) => index + 1),
  )
  const versions = new Map<string, number>()
  for (const { recordingId, version, type } of events) {
    // An access has no version.
    if (recordingId === null || type === 'recording.accessed') continue
    const before = versions.get(recordingId) ?? 0
    assert.equal(
      version,
      type === 'command.refused' ? before : before + 1,
      `${type} of ${recordingId}`,
    )
    versions.set(recordingId, version as number)
  }
  const outcomes = new Map<string | null, number>()
  for (const { type, commandId } of events)
    if (type === 'command.completed' || type === 'command.failed')
      outcomes.set(commandId, (outcomes.get(commandId) ?? 0) + 1)
  for (const { commandId, data } of ofType(events, 'command.accepted'))
    assert.equal(outcomes.get(commandId), 1, `outcomes of ${data.command} ${commandId}`)
}

/**
 * Every command that was acknowledged is in the log, carried out, and every tag is in its
 * recording. A power cut may lose that the answer of the last start or resume has left; its key
 * would run again, so it is not repeated.
 */
export async function assertAcknowledgedIsThere(
  daemon: ObservedDaemon,
  events: readonly LogEvent[],
  client: WitnessClient,
  { isPowerCut = false } = {},
): Promise<void> {
  const completed = byRecording(ofType(events, 'command.completed'))
  const tagged = byRecording(ofType(events, 'recording.tagged'))
  const used = new Set<number>()
  const facts = new Map<Acknowledged, EventOf<'command.completed'>>()
  const histories = new Map<string, { key: string; value: unknown }[]>()
  const historyOf = async (id: string) => {
    const known = histories.get(id)
    if (known) return known
    const { tagHistory } = (await daemon.api('GET', `/recordings/${id}`)).body
    histories.set(id, tagHistory)
    return tagHistory as { key: string; value: unknown }[]
  }
  // By version, for answers of clients side by side come in any order: each fact is found once.
  const inOrder = client.acknowledged.sort((a, b) => a.answer.body.version - b.answer.body.version)
  for (const asked of inOrder) {
    const { command, body, answer } = asked
    const { id, version } = answer.body
    const fact = completed
      .get(id)
      ?.find(
        (event) =>
          event.data.command === COMMAND_OF[command] &&
          event.data.status === answer.status &&
          (event.version as number) <= version &&
          !used.has(event.position),
      )
    assert.ok(fact, `the log has no completed ${command} of ${id} up to version ${version}`)
    used.add(fact.position)
    facts.set(asked, fact)
    for (const [key, value] of Object.entries(body.tags ?? {})) {
      assert.ok(
        tagged.get(id)?.some((event) => event.data.tags[key] === value),
        `the tag ${key} of ${id} is not in the log`,
      )
      assert.ok(
        (await historyOf(id)).some((tag) => tag.key === key && tag.value === value),
        `the tag ${key} is not in the recording ${id}`,
      )
    }
  }
  const last = client.acknowledged.at(-1)
  if (last === undefined) return
  const fact = facts.get(last)
  const claimsMedia = ['start', 'resume'].includes(last.command)
  if (isPowerCut && claimsMedia) return
  const isInDoubt = ofType(events, 'daemon.started').some(({ data }) =>
    data.unacknowledged?.includes(fact?.commandId ?? ''),
  )
  await assertRepeated(daemon, last, claimsMedia && isInDoubt)
}

/**
 * The key of an acknowledged command gets its answer again. When a kill has lost that the answer of
 * a start or resume had left (`isInDoubt`), it may run again, and says what is true now.
 */
async function assertRepeated(
  daemon: ObservedDaemon,
  { command, path, body, answer, idempotencyKey }: Acknowledged,
  isInDoubt: boolean,
): Promise<void> {
  const again = await daemon.api('POST', path, body, { 'Idempotency-Key': idempotencyKey })
  if (!isInDoubt || again.body.id === answer.body.id) {
    const { status } = again
    assert.deepEqual({ status, body: again.body }, answer, 'the answer kept for a retransmission')
    return
  }
  if (command === 'resume') return assert.equal(again.status, 409, JSON.stringify(again.body))
  assert.equal(again.status, 201, JSON.stringify(again.body))
  const { body: current } = await daemon.api('GET', '/recordings/current')
  assert.deepEqual([current.id, current.state], [again.body.id, 'Active'])
  await daemon.command(`/recordings/${current.id}/stop`)
}

/** A log under load is too long to be searched for each tag. */
function byRecording<E extends LogEvent>(events: readonly E[]): Map<string | null, E[]> {
  const groups = new Map<string | null, E[]>()
  for (const event of events) {
    const group = groups.get(event.recordingId)
    if (group) group.push(event)
    else groups.set(event.recordingId, [event])
  }
  return groups
}

/** The situation when the daemon was killed. */
export interface Kill {
  client: WitnessClient
  /** Epoch ms. */
  killedAt: number
  /** Media that had lost their capture before. */
  disturbed: ReadonlySet<Medium>
  /** Everything that was not forced to disk was lost, too. */
  isPowerCut?: boolean
  /** Collects how many ms of each track were lost. */
  losses?: number[]
}

/**
 * Nothing starts by itself, and what was live is over, with the gap and the event that say why.
 */
export async function assertWrappedUp(
  daemon: ObservedDaemon,
  events: readonly LogEvent[],
  kill: Kill,
): Promise<void> {
  const { body: application } = await daemon.api('GET', '/application')
  assert.equal(application.state, 'Idle', JSON.stringify(application.errors))
  // A long log is used before all of it is verified.
  if (application.storage.log !== 'verifying' || events.length <= VERIFIED_AT_ONCE)
    assert.equal(application.storage.log, 'verified')
  await eventually('no capture runs', () => daemon.captures().length === 0, 1_000)
  const { body: list } = await daemon.api('GET', '/recordings?limit=1000')
  for (const recording of list.items as RecordingAnswer[]) {
    assert.ok(
      ['WrapUp', 'Closed'].includes(recording.state),
      `${recording.id} is ${recording.state}`,
    )
  }
  for (const { recordingId } of ofType(events, 'recording.startFailed')) {
    assert.equal((await daemon.api('GET', `/recordings/${recordingId}`)).status, 404)
    assert.throws(() => statSync(join(daemon.home, 'recordings', recordingId as string)), {
      code: 'ENOENT',
    })
  }
  const told = kill.client.lastTold
  if (told) await assertEndOf(daemon, events, told, kill)
}

async function assertEndOf(
  daemon: ObservedDaemon,
  events: readonly LogEvent[],
  told: RecordingAnswer,
  { client, killedAt, disturbed, isPowerCut = false, losses = [] }: Kill,
): Promise<void> {
  const { body } = await daemon.api('GET', `/recordings/${told.id}`)
  const recording = body as RecordingAnswer
  const pending = client.unanswered.map(({ command }) => command)
  const mayBeClosed =
    told.state === 'Closed' || pending.includes('close') || pending.includes('start')
  if (told.state === 'Closed') assert.equal(recording.state, 'Closed')
  else if (!mayBeClosed) assert.equal(recording.state, 'WrapUp')

  const own = events.filter(({ recordingId }) => recordingId === told.id)
  // One in wrap-up may have been interrupted by the kill before this one.
  const interrupted = ofType(own, 'recording.interrupted').filter(
    ({ version }) => (version as number) > told.version,
  )
  const wasLive = told.state === 'Active' || told.state === 'Paused'
  if (!wasLive) assert.equal(interrupted.length, 0, 'what was over was not interrupted')
  else if (!pending.includes('stop')) assert.equal(interrupted.length, 1, 'recording.interrupted')
  if (interrupted.length === 0) return
  assert.equal(ofType(own, 'recording.wrapUpStarted').at(-1)?.data.reason, 'interrupted')

  for (const [medium, before] of Object.entries(told.tracks) as [
    Medium,
    { state: TrackState; recordedMs: number },
  ][]) {
    const track = recording.tracks[medium]!
    if (before.state === 'off') continue
    assert.equal(track.state, 'stopped', `${medium} of ${told.id}`)
    assert.ok(track.recordedMs >= before.recordedMs, `${medium}: less than was acknowledged`)
    if (before.state !== 'recording' || disturbed.has(medium)) continue
    if (pending.some((command) => ['pause', 'stop'].includes(command))) continue
    const { data: newest } = ofType(own, 'segment.opened').findLast(
      ({ data }) => data.medium === medium,
    )!
    const isDiscarded = ofType(own, 'segment.discarded').some(
      ({ data }) => data.medium === medium && data.number === newest.number,
    )
    if (isPowerCut && isDiscarded) {
      // Its file was never forced to disk.
      const lostMs = killedAt - Date.parse(newest.startedAt)
      losses.push(lostMs)
      assertWithin(lostMs, LOSS_MS, `${medium}: a segment is missing`)
      continue
    }
    assert.equal(
      track.gaps.at(-1)?.reason,
      'interrupted',
      `gaps of ${medium}: ${JSON.stringify(track.gaps)}`,
    )
    const end = ofType(own, 'segment.closed').findLast(({ data }) => data.medium === medium)?.data
      .endedAt
    assert.ok(end, `${medium} has media`)
    const lostMs = killedAt - Date.parse(end)
    losses.push(lostMs)
    assertWithin(lostMs, LOSS_MS, `${medium}: missing before the kill`)
  }
}
