import type { Side } from '../../contract/by.ts'
import type { CommandName } from '../../contract/commands.ts'
import type { EventType, LogEvent } from '../../contract/events.ts'
import { DamagedViewError, withChecksum, withoutChecksum } from '../database/checksum.ts'
import { auditKey } from '../database/keys.ts'

/** How many events a block describes. */
export const BLOCK_EVENTS = 1_024

/** All that a question can ask of an event without reading it, but for its time. */
export interface EventKind {
  type: EventType
  side: Side
  client: string
  /** The command that a `command.…` event is about; null of others. */
  command: CommandName | null
  /** Whether the event stands for several refusals. Their number is in its data. */
  isSum: boolean
}

/** A block as it is kept in memory: the kinds of events in it, with how many there are. */
export interface BlockSummary {
  /** The position of its first event. */
  first: number
  kinds: readonly EventKind[]
  counts: readonly number[]
  /** Times of the earliest and the latest event, epoch ms. */
  from: number
  to: number
}

/** Kind and time of the events of a block. */
interface Columns {
  /** The kind of each event, as an index into the kinds of the block. */
  kinds: number[]
  /** Times in epoch ms. They may go back where a clock was set. */
  times: number[]
}

/**
 * Describes {@link BLOCK_EVENTS} events in a row: the kinds of events among them, and the kind and
 * the time of each. So a question reads only events that answer it. Nothing in it is sealed in the
 * events themselves.
 */
export class AuditBlock implements BlockSummary {
  readonly first: number
  readonly kinds: EventKind[]
  readonly counts: number[]
  from: number
  to: number
  /** The indexes of the kinds of each type. */
  readonly #indexes = new Map<EventType, number[]>()
  /** The time of the last event; those of a batch are often the same. */
  #lastAt = ''
  #lastTime = 0
  #columns: Columns | string
  #size: number

  private constructor(summary: BlockSummary, columns: Columns | string) {
    this.first = summary.first
    this.kinds = [...summary.kinds]
    this.counts = [...summary.counts]
    this.from = summary.from
    this.to = summary.to
    this.#columns = columns
    this.#size = this.counts.reduce((sum, count) => sum + count, 0)
  }

  /** Creates an empty block. */
  static empty(first: number): AuditBlock {
    const [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    return new AuditBlock({ first, kinds: [], counts: [], from, to }, { kinds: [], times: [] })
  }

  /** Decodes a stored block. Throws {@link DamagedViewError}. */
  static decode(first: number, stored: string): AuditBlock {
    const text = withoutChecksum(auditKey(first), stored)
    const end = text.indexOf('\n')
    const [from, to, kinds, counts] = JSON.parse(text.slice(0, end))
    return new AuditBlock({ first, kinds, counts, from, to }, text.slice(end + 1))
  }

  /** Kind and time of each event. */
  get columns(): Columns {
    if (typeof this.#columns === 'string') this.#columns = decodeColumns(this.#columns)
    return this.#columns
  }

  /** Whether it describes as many events as a block can. */
  get isFull(): boolean {
    return this.#size === BLOCK_EVENTS
  }

  /** Adds the next event. The log does so with every event, so it must cost next to nothing. */
  add(event: LogEvent): void {
    const { at } = event
    if (at !== this.#lastAt) {
      this.#lastAt = at
      this.#lastTime = Date.parse(at)
      if (this.#lastTime < this.from) this.from = this.#lastTime
      if (this.#lastTime > this.to) this.to = this.#lastTime
    }
    const { kinds, times } = this.columns
    const kind = this.#kindOf(event)
    ;(this.counts[kind] as number)++
    kinds.push(kind)
    times.push(this.#lastTime)
    this.#size++
  }

  #kindOf({ type, by: { side, client }, data }: LogEvent): number {
    const command = 'command' in data ? data.command : null
    const isSum = type === 'command.refused' && 'count' in data
    let indexes = this.#indexes.get(type)
    if (indexes === undefined) {
      indexes = []
      this.#indexes.set(type, indexes)
    }
    for (const index of indexes) {
      const kind = this.kinds[index]!
      const isSame = kind.client === client && kind.side === side && kind.command === command
      if (isSame && kind.isSum === isSum) return index
    }
    indexes.push(this.kinds.length)
    this.counts.push(0)
    return this.kinds.push({ type, side, client, command, isSum }) - 1
  }

  /** Encodes it as the value of its key: two lines of JSON, with their checksum. */
  encode(): string {
    const { kinds, times } = this.columns
    const steps = times.map((at, i) => at - (times[i - 1] ?? 0))
    const head = JSON.stringify([this.from, this.to, this.kinds, this.counts])
    return withChecksum(auditKey(this.first), `${head}\n${JSON.stringify([kinds, steps])}`)
  }
}

function decodeColumns(text: string): Columns {
  const [kinds, steps] = JSON.parse(text) as [number[], number[]]
  let at = 0
  return { kinds, times: steps.map((step) => (at += step)) }
}

/** The first event of the block that describes the event at a position. */
export const blockOf = (position: number): number => position - ((position - 1) % BLOCK_EVENTS)

/** Decodes a stored block; undefined when there is none, or when it is damaged. */
export function decodeBlock(first: number, stored: string | undefined): AuditBlock | undefined {
  try {
    return stored === undefined ? undefined : AuditBlock.decode(first, stored)
  } catch (error) {
    if (error instanceof DamagedViewError) return undefined
    throw error
  }
}
