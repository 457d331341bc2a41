import type { LogEvent } from '../../contract/events.ts'
import type { Key } from './keys.ts'

/** The place of a person in a recording, and what is being asked for. */
export interface Stepper {
  /** The number of the event that is shown; 0 is before the first. */
  index: number
  /** Only events whose type contains this are stepped to. Empty: all. */
  filter: string
  /** The text that is being typed. */
  input: { asks: 'position' | 'filter'; text: string } | null
  showsHelp: boolean
  /** A sentence about what the last key could not do. */
  note: string
  isDone: boolean
}

/** Returns the beginning: the first event, if there is one. */
export function firstStep(events: readonly LogEvent[]): Stepper {
  const rest = { filter: '', input: null, showsHelp: false, note: '', isDone: false }
  return { index: Math.min(1, events.length), ...rest }
}

/** Returns what a key leads to. */
export function pressKey(stepper: Stepper, key: Key, events: readonly LogEvent[]): Stepper {
  const before = { ...stepper, note: '', showsHelp: false }
  if (key === 'quit') return { ...before, isDone: true }
  if (before.input !== null) return typeKey(before, before.input, key, events)
  // Any key closes the help.
  if (stepper.showsHelp && key !== 'q') return before
  return ACTIONS[key]?.(before, events) ?? { ...before, note: 'Press ? for the keys.' }
}

type Action = (stepper: Stepper, events: readonly LogEvent[]) => Stepper

const next: Action = (stepper, events) => seek(stepper, events, 1, fitsFilter(stepper))
const back: Action = (stepper, events) =>
  stepper.index === 1 && stepper.filter === ''
    ? { ...stepper, index: 0 }
    : seek(stepper, events, -1, fitsFilter(stepper))
const sameType =
  (direction: 1 | -1): Action =>
  (stepper, events) => {
    const type = events[stepper.index - 1]?.type
    return seek(stepper, events, direction, (event) => event.type === type)
  }
const refusal =
  (direction: 1 | -1): Action =>
  (stepper, events) =>
    seek(stepper, events, direction, ({ type }) => type === 'command.refused')

const ACTIONS: Record<Key, Action> = {
  n: next,
  right: next,
  enter: next,
  ' ': next,
  p: back,
  left: back,
  backspace: back,
  t: sameType(1),
  'shift-right': sameType(1),
  T: sameType(-1),
  'shift-left': sameType(-1),
  r: refusal(1),
  R: refusal(-1),
  home: (stepper, events) => seek({ ...stepper, index: 0 }, events, 1, fitsFilter(stepper)),
  end: (stepper, events) =>
    seek({ ...stepper, index: events.length + 1 }, events, -1, fitsFilter(stepper), stepper.index),
  g: (stepper) => ({ ...stepper, input: { asks: 'position', text: '' } }),
  f: (stepper) => ({ ...stepper, input: { asks: 'filter', text: '' } }),
  escape: (stepper) => ({ ...stepper, filter: '' }),
  '?': (stepper) => ({ ...stepper, showsHelp: true }),
  q: (stepper) => ({ ...stepper, isDone: true }),
}

const fitsFilter =
  ({ filter }: Stepper) =>
  ({ type }: LogEvent): boolean =>
    type.toLowerCase().includes(filter)

/** Steps to the next event in a direction that fits, or stays and says that there is none. */
function seek(
  stepper: Stepper,
  events: readonly LogEvent[],
  direction: 1 | -1,
  fits: (event: LogEvent) => boolean,
  otherwise = stepper.index,
): Stepper {
  for (let index = stepper.index + direction; index >= 1 && index <= events.length; ) {
    if (fits(events[index - 1]!)) return { ...stepper, index }
    index += direction
  }
  const where = direction === 1 ? 'after' : 'before'
  const note = `There is no such event ${where} this one.`
  return { ...stepper, index: Math.min(otherwise, events.length), note }
}

function typeKey(
  stepper: Stepper,
  { asks, text }: NonNullable<Stepper['input']>,
  key: Key,
  events: readonly LogEvent[],
): Stepper {
  if (key === 'escape') return { ...stepper, input: null }
  if (key === 'backspace') return { ...stepper, input: { asks, text: text.slice(0, -1) } }
  if (key !== 'enter')
    return [...key].length === 1 ? { ...stepper, input: { asks, text: text + key } } : stepper
  const entered = { ...stepper, input: null }
  return asks === 'position' ? goTo(entered, text, events) : setFilter(entered, text, events)
}

/** Goes to the last event at or before a position of the log. */
function goTo(stepper: Stepper, text: string, events: readonly LogEvent[]): Stepper {
  if (!/^\d+$/.test(text)) return { ...stepper, note: 'A position is a whole number.' }
  const position = Number(text)
  return { ...stepper, index: events.findLastIndex((event) => event.position <= position) + 1 }
}

function setFilter(stepper: Stepper, text: string, events: readonly LogEvent[]): Stepper {
  const filtered = { ...stepper, filter: text.trim().toLowerCase() }
  const fits = fitsFilter(filtered)
  const shown = events[stepper.index - 1]
  if (filtered.filter === '' || (shown !== undefined && fits(shown))) return filtered
  if (!events.some(fits)) return { ...stepper, filter: '', note: 'No event is of such a type.' }
  const later = seek(filtered, events, 1, fits)
  return later.note === '' ? later : seek(filtered, events, -1, fits)
}
