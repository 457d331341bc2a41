import type { EventType, LogEvent } from '../../contract/events.ts'
import { mapUnhurried, Turns } from '../../time/turns.ts'
import { DamagedViewError } from '../database/checksum.ts'
import { wrapReadErrors } from '../database/database.ts'
import { auditKey, indexedPosition, recordingEventRange } from '../database/keys.ts'
import type { OpenedLog } from '../opened-log.ts'
import type { RecordingProjection } from '../projection/recording.ts'
import { readPositions } from '../records/read-records.ts'
import {
  type AuditBlock,
  BLOCK_EVENTS,
  type BlockSummary,
  blockOf,
  type EventKind,
} from './audit-block.ts'
import type {
  AuditedQuery,
  AuditedRecording,
  AuditLog,
  EventFilter,
  EventPage,
  EventPageQuery,
  SpanOf,
  TallyVisit,
} from './audit-port.ts'
import { readAudited } from './read-audited.ts'

/** The positions of events, bounds included. */
interface Bounds {
  from: number
  to: number
  isReverse: boolean
}

/** Reads a log for the auditor's questions, through its index. */
export class AuditReader implements AuditLog {
  readonly #log: () => OpenedLog
  readonly #onDamaged: (
    id: string,
    problem: DamagedViewError,
  ) => Promise<RecordingProjection | undefined>

  /** `log` returns the log as it is open now; `onDamaged` reads a recording from the log. */
  constructor(
    log: () => OpenedLog,
    onDamaged: (id: string, problem: DamagedViewError) => Promise<RecordingProjection | undefined>,
  ) {
    this.#log = log
    this.#onDamaged = onDamaged
  }

  async events({
    order,
    limit,
    after,
    recordingId,
    ...filter
  }: EventPageQuery): Promise<EventPage> {
    const log = this.#log()
    const isReverse = order === 'newest'
    const bounds = {
      from: isReverse || after === undefined ? 1 : after + 1,
      to: isReverse && after !== undefined ? after - 1 : log.head.position,
      isReverse,
    }
    const positions: number[] = []
    for await (const found of this.#find(log, filter, bounds, recordingId)) {
      for (const position of found) positions.push(position)
      // One more shows whether there is a next page.
      if (positions.length > limit) break
    }
    const wanted = positions.slice(0, limit)
    const events = await this.factsAt(wanted)
    for (const event of events)
      if (!isWanted(event, filter) || (recordingId ?? event.recordingId) !== event.recordingId)
        throw new DamagedViewError(auditKey(blockOf(event.position)))
    const isErased = (id: string) => this.isErased(id)
    const items = await mapUnhurried(events, (event) => log.seals.openEvent(event, isErased))
    return { items, next: positions.length > limit ? (wanted.at(-1) as number) : null }
  }

  async tally(filter: EventFilter, spanOf: SpanOf, visit: TallyVisit): Promise<void> {
    const log = this.#log()
    const bounds = { from: 1, to: log.head.position, isReverse: false }
    const matcher = matcherOf(filter)
    const turns = new Turns()
    // Counts a whole block by its summary where that is enough; else the block must be read.
    const mustRead = (summary: BlockSummary): boolean => {
      if (!mayMatch(summary, matcher)) return false
      const { first, kinds, from, to } = summary
      const span = spanOf(from)
      const isWhole = log.audit.summary(first) === summary && first + BLOCK_EVENTS - 1 <= bounds.to
      const isInside = to < span.to && from >= span.from && from >= matcher.from && to < matcher.to
      if (!isWhole || !isInside || kinds.some((kind) => kind.isSum && matcher.matches(kind)))
        return true
      for (const [i, kind] of kinds.entries())
        if (matcher.matches(kind)) visit(kind, from, summary.counts[i] as number, null)
      return false
    }
    for await (const block of log.audit.blocks(log, bounds, mustRead)) {
      const { kinds, times } = block.columns
      for (const offset of offsetsOf(block, matcher, bounds)) {
        const kind = block.kinds[kinds[offset]!]!
        visit(kind, times[offset] as number, 1, block.first + offset)
      }
      await turns.giveWay()
    }
  }

  factsAt(positions: readonly number[]): Promise<LogEvent[]> {
    return wrapReadErrors(() => readPositions(this.#log(), positions))
  }

  async factsOf(id: string, types: readonly EventType[]): Promise<LogEvent[]> {
    const log = this.#log()
    const bounds = { from: 1, to: log.head.position, isReverse: false }
    const positions: number[] = []
    for await (const found of this.#find(log, { types }, bounds, id)) positions.push(...found)
    return (await this.factsAt(positions)).filter(({ recordingId }) => recordingId === id)
  }

  isErased(id: string): boolean {
    return this.#log().erased.has(id)
  }

  recordings(query: AuditedQuery): AsyncIterable<AuditedRecording> {
    return readAudited({ ...this.#log(), onDamaged: this.#onDamaged }, query)
  }

  /** Yields the positions of the events that are wanted, some at a time. */
  async *#find(
    log: OpenedLog,
    filter: EventFilter,
    bounds: Bounds,
    recordingId: string | undefined,
  ): AsyncGenerator<number[]> {
    const matches = matcherOf(filter)
    if (recordingId !== undefined) {
      yield* this.#findOfRecording(log, recordingId, matches, bounds)
      return
    }
    const turns = new Turns()
    const isWanted = (summary: BlockSummary) => mayMatch(summary, matches)
    for await (const block of log.audit.blocks(log, bounds, isWanted)) {
      const offsets = offsetsOf(block, matches, bounds)
      if (bounds.isReverse) offsets.reverse()
      if (offsets.length > 0) yield offsets.map((offset) => block.first + offset)
      await turns.giveWay()
    }
  }

  async *#findOfRecording(
    log: OpenedLog,
    id: string,
    matches: Matcher,
    bounds: Bounds,
  ): AsyncGenerator<number[]> {
    const keys = await wrapReadErrors(() => log.db.keys(recordingEventRange(id)).all())
    const positions = keys.map(indexedPosition).filter((at) => at >= bounds.from && at <= bounds.to)
    if (bounds.isReverse) positions.reverse()
    for (let next = 0; next < positions.length; ) {
      const first = blockOf(positions[next] as number)
      const block = await log.audit.block(log, first)
      const offsets = new Set(offsetsOf(block, matches, bounds))
      const found: number[] = []
      for (; next < positions.length && blockOf(positions[next] as number) === first; next++) {
        const position = positions[next] as number
        if (offsets.has(position - first)) found.push(position)
      }
      if (found.length > 0) yield found
    }
  }
}

/** The conditions of a filter on kinds and times. */
interface Matcher {
  matches(kind: EventKind): boolean
  /** Epoch ms; the second is excluded. */
  from: number
  to: number
}

function matcherOf({ types, side, client, from, to }: EventFilter): Matcher {
  return {
    matches: (kind) =>
      (types === undefined || types.includes(kind.type)) &&
      (side === undefined || kind.side === side) &&
      (client === undefined || kind.client === client),
    from: from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from),
    to: to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to),
  }
}

/** Whether a block may have events that are wanted. */
function mayMatch(summary: BlockSummary, { matches, from, to }: Matcher): boolean {
  return summary.to >= from && summary.from < to && summary.kinds.some(matches)
}

/** Returns the offsets of the events in a block that are wanted, in order. */
function offsetsOf(block: AuditBlock, matcher: Matcher, bounds: Bounds): number[] {
  if (!mayMatch(block, matcher)) return []
  const { matches, from, to } = matcher
  const isWanted = block.kinds.map(matches)
  const { kinds, times } = block.columns
  const found: number[] = []
  const lowest = Math.max(0, bounds.from - block.first)
  const end = Math.min(kinds.length, BLOCK_EVENTS, bounds.to - block.first + 1)
  for (let offset = lowest; offset < end; offset++) {
    const at = times[offset] as number
    if (isWanted[kinds[offset] as number] && at >= from && at < to) found.push(offset)
  }
  return found
}

/** Whether an event is what the index says that it is. */
function isWanted({ type, by, at }: LogEvent, filter: EventFilter): boolean {
  const { matches, from, to } = matcherOf(filter)
  const time = Date.parse(at)
  return matches({ type, ...by, command: null, isSum: false }) && time >= from && time < to
}
