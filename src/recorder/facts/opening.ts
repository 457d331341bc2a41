import { isDeepStrictEqual } from 'node:util'
import type { CustodyRules } from '../../contract/custody.ts'
import type { EventData } from '../../contract/events.ts'
import { MACHINES_VERSION } from '../../machines/definitions/definitions.ts'
import type { EventLog } from '../../store/port.ts'
import type { EventBatch } from './event-batch.ts'

/** The fact with which a recorder starts, or goes on after its log has failed. */
export type OpeningFact =
  | { type: 'daemon.started'; data: EventData['daemon.started'] }
  | { type: 'log.reopened'; data: EventData['log.reopened'] }

const PAGE = 1000

/** Adds the rules of custody in force, when the log does not name them as its newest. */
export function rulesFact(
  batch: EventBatch,
  log: Pick<EventLog, 'rules'>,
  rules: CustodyRules,
): void {
  if (!isDeepStrictEqual(log.rules(), rules)) batch.add(null, 'rules.changed', { rules })
}

/** Returns the fact that this version of the recorder has started. */
export function startedFact(version: string): OpeningFact {
  const { platform, version: node } = process
  return {
    type: 'daemon.started',
    data: { version, platform, node, witness: true, machines: MACHINES_VERSION },
  }
}

/**
 * Finds the commands that the log calls completed although their clients may not have been told so:
 * the recorder died, or the log failed, between the write and the answer.
 */
export async function unacknowledgedCommands(
  log: Pick<EventLog, 'acknowledged' | 'events'>,
): Promise<string[]> {
  const commands: string[] = []
  for (let after = log.acknowledged; ; ) {
    const events = await log.events({ after, limit: PAGE })
    for (const { type, commandId } of events)
      if (type === 'command.completed' && commandId !== null) commands.push(commandId)
    const last = events.at(-1)
    if (last === undefined || events.length < PAGE) return commands
    after = last.position
  }
}

/**
 * Adds the opening fact, behind the facts of recovery. Voids the answers kept for unacknowledged
 * commands when these were answered 503, or when recovery has made the answers untrue.
 */
export function openingFacts(
  batch: EventBatch,
  opening: OpeningFact,
  unacknowledged: readonly string[],
): void {
  const wasRejected = opening.type === 'log.reopened'
  const isUntrue = batch.events.some(({ type }) => type === 'recording.interrupted')
  // Whether an answer left before a kill is not always known. One about media is untrue now; others
  // say what has been done, and the log has it.
  if (wasRejected) batch.voidUnacknowledged = 'all'
  else if (isUntrue) batch.voidUnacknowledged = 'claimingMedia'
  const more = unacknowledged.length > 0 ? { unacknowledged: [...unacknowledged] } : {}
  if (opening.type === 'log.reopened') batch.add(null, opening.type, { ...opening.data, ...more })
  else batch.add(null, opening.type, { ...opening.data, ...more })
}
