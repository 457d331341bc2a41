import type { Side } from '../../../contract/by.ts'
import type { EventType, LogEvent } from '../../../contract/events.ts'
import type { Medium } from '../../../contract/media.ts'

/** The conditions on which an event is listed. Null and '' stand for any. */
export interface EventFilter {
  type: EventType | null
  side: Side | null
  medium: Medium | null
  isRefusal: boolean
  text: string
}

/** The filter that lists every event. */
export const NO_FILTER: EventFilter = {
  type: null,
  side: null,
  medium: null,
  isRefusal: false,
  text: '',
}

/** Whether a filter lists every event. */
export function listsAll(filter: EventFilter): boolean {
  const { type, side, medium, isRefusal, text } = filter
  return type === null && side === null && medium === null && !isRefusal && text.trim() === ''
}

/** The text of an event, in which a search looks. Made once: a person types letter by letter. */
const texts = new WeakMap<LogEvent, string>()

function textOf(event: LogEvent): string {
  let text = texts.get(event)
  if (text === undefined) {
    text = JSON.stringify([event.type, event.by, event.data, event.position]).toLowerCase()
    texts.set(event, text)
  }
  return text
}

/** So many texts are made at once. */
const TEXTS_AT_ONCE = 5_000

/**
 * Makes the texts of events in small portions, before somebody searches them. Returns the function
 * that ends that.
 */
export function prepareSearch(events: readonly LogEvent[]): () => void {
  let at = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const next = (): void => {
    for (const event of events.slice(at, at + TEXTS_AT_ONCE)) textOf(event)
    at += TEXTS_AT_ONCE
    if (at < events.length) timer = setTimeout(next)
  }
  next()
  return () => clearTimeout(timer)
}

/** Returns the medium that an event is about; null when it is about none. */
export function mediumOf({ data }: LogEvent): Medium | null {
  return 'medium' in data && data.medium !== undefined ? data.medium : null
}

function matches(event: LogEvent, filter: EventFilter, words: readonly string[]): boolean {
  if (filter.type !== null && event.type !== filter.type) return false
  if (filter.side !== null && event.by.side !== filter.side) return false
  if (filter.isRefusal && event.type !== 'command.refused') return false
  if (filter.medium !== null && mediumOf(event) !== filter.medium) return false
  return words.every((word) => textOf(event).includes(word))
}

/** The numbers of the listed events, in order. Looks at each event once, however many come. */
export class FilteredEvents {
  readonly filter: EventFilter
  /** The numbers of the events that match, from 1. */
  readonly indexes: number[] = []
  readonly #words: readonly string[]
  #looked = 0

  constructor(filter: EventFilter) {
    this.filter = filter
    this.#words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
  }

  /** Looks at the events that have come since the last call. */
  extend(events: readonly LogEvent[]): void {
    for (; this.#looked < events.length; this.#looked++) {
      const event = events[this.#looked]!
      if (matches(event, this.filter, this.#words)) this.indexes.push(this.#looked + 1)
    }
  }

  /** Returns the row of an event, or of the last listed one before it; -1 when there is none. */
  rowOf(index: number): number {
    let [low, high] = [0, this.indexes.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.indexes[middle] as number) <= index) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}
