import { hash } from 'node:crypto'
import type { LogEvent } from '../../../../src/contract/events.ts'
import type { Signer } from '../../../../src/tlog/keys.ts'
import {
  endOf,
  entriesOf,
  eventKeyOf,
  eventsOf,
  KEY,
  recordsOf,
  STRANGER,
} from '../../../tools/support/signed-home.ts'

/** A change of a home. */
export interface Mutation {
  /** Entries of the database; undefined deletes one. */
  entries: Record<string, string | undefined>
  /** New bytes of the segment's file; null removes it. */
  media?: Buffer | null
  /** The first event that is not what it was; a finding must name it or a neighbour. */
  at?: number
}

/** The log before it is changed. */
export interface Original {
  events: readonly LogEvent[]
  records: readonly string[]
  media: Buffer
}

/** Makes a change of one kind, with numbers from 0 up to 1. */
type Mutate = (original: Original, random: () => number) => Mutation

const pick = (random: () => number, count: number): number => Math.floor(random() * count)

const sha256 = (bytes: Buffer): string => hash('sha256', bytes)

/** Changes one event, and all after it are chained anew. */
function rewritten({ events }: Original, random: () => number): { at: number; records: string[] } {
  const at = 1 + pick(random, events.length)
  const user = `u${pick(random, 1e9)}`
  const changed = events.map((event) =>
    event.position === at ? { ...event, by: { ...event.by, user } } : event,
  )
  return { at, records: recordsOf(changed as LogEvent[]) }
}

/** The position of the event that names the key of the log. */
const KEY_EVENT = 2

const putAll = (records: readonly string[]): Mutation['entries'] =>
  Object.fromEntries(records.map((record, i) => [eventKeyOf(i + 1), record]))

function cutTo({ records }: Original, length: number): Mutation['entries'] {
  const gone = records.slice(length).map((_, i) => [eventKeyOf(length + 1 + i), undefined])
  return Object.fromEntries(gone)
}

function signedAnew(records: readonly string[], signer: Signer): Mutation['entries'] {
  return { ...putAll(records), ...endOf(records, signer) }
}

/** Changes by somebody who has no key. All of them must be found. */
export const WITHOUT_KEY: Record<string, Mutate> = {
  'a flipped bit of an event': ({ records }, random) => {
    const at = 1 + pick(random, records.length)
    const record = records[at - 1] as string
    const index = pick(random, record.length)
    const code = record.charCodeAt(index) ^ (1 << pick(random, 7))
    const changed = record.slice(0, index) + String.fromCharCode(code) + record.slice(index + 1)
    return { entries: { [eventKeyOf(at)]: changed }, at }
  },
  'a deleted event': ({ records }, random) => {
    const at = 1 + pick(random, records.length)
    return { entries: { [eventKeyOf(at)]: undefined }, at }
  },
  'two swapped events': ({ records }, random) => {
    const at = 1 + pick(random, records.length - 1)
    const other = at + 1 + pick(random, records.length - at)
    return {
      entries: { [eventKeyOf(at)]: records[other - 1], [eventKeyOf(other)]: records[at - 1] },
      at,
    }
  },
  'an inserted event': ({ events }, random) => {
    const at = 1 + pick(random, events.length)
    const copy = events[pick(random, events.length)] as LogEvent
    const more = [...events.slice(0, at), copy, ...events.slice(at)]
    const records = recordsOf(more.map((event, i) => ({ ...event, position: i + 1 })))
    return { entries: putAll(records) }
  },
  'an event twice': ({ records }, random) => {
    const at = 1 + pick(random, records.length - 1)
    return { entries: { [eventKeyOf(at + 1)]: records[at - 1] }, at: at + 1 }
  },
  'a cut end': (original, random) => {
    const length = 1 + pick(random, original.records.length - 1)
    return { entries: cutTo(original, length), at: length + 1 }
  },
  'a cut end with its head': (original, random) => {
    const length = 1 + pick(random, original.records.length - 1)
    const { 'meta/head': head } = endOf(original.records.slice(0, length), KEY)
    const entries = { ...cutTo(original, length), 'meta/head': head }
    // A log without the event that names its key is only found to lack that.
    return length < KEY_EVENT ? { entries } : { entries, at: length + 1 }
  },
  'an event of another log': ({ records }, random) => {
    const at = 1 + pick(random, records.length)
    const other = recordsOf(eventsOf(records.length, STRANGER))
    return { entries: { [eventKeyOf(at)]: other[at + 1] }, at }
  },
  'events chained anew': (original, random) => {
    const { records } = rewritten(original, random)
    const { 'meta/head': head } = endOf(records, KEY)
    return { entries: { ...putAll(records), 'meta/head': head } }
  },
  'events chained anew and signed by another key': (original, random) => {
    const { records } = rewritten(original, random)
    return { entries: signedAnew(records, STRANGER) }
  },
  'another checkpoint': ({ records }, random) => {
    const length = 1 + pick(random, records.length - 1)
    return {
      entries: { 'meta/checkpoint': endOf(records.slice(0, length), STRANGER)['meta/checkpoint'] },
    }
  },
  'a changed hash of the tree': ({ records }, random) => {
    const keys = Object.keys(endOf(records, KEY)).filter((key) => key.startsWith('tree/'))
    const key = keys[pick(random, keys.length)] as string
    return {
      entries: {
        [key]: pick(random, 2 ** 30)
          .toString(16)
          .padStart(64, '0'),
      },
    }
  },
  'changed media': ({ media }, random) => {
    const changed = Buffer.from(media)
    changed[pick(random, media.length)]! ^= 1 << pick(random, 8)
    return { entries: {}, media: changed }
  },
  'cut media': ({ media }, random) => ({
    entries: {},
    media: media.subarray(0, pick(random, media.length)),
  }),
  'missing media': () => ({ entries: {}, media: null }),
  'media and their event changed together': ({ events, media }, random) => {
    const changed = Buffer.concat([media, Buffer.from([pick(random, 256)])])
    const anew = events.map((event) =>
      event.type === 'segment.closed'
        ? { ...event, data: { ...event.data, storedSha256: sha256(changed) } }
        : event,
    )
    const records = recordsOf(anew as LogEvent[])
    const { 'meta/head': head } = endOf(records, KEY)
    return { entries: { ...putAll(records), 'meta/head': head }, media: changed }
  },
}

/** Changes by somebody who has the key. Only who holds a receipt can find them. */
export const WITH_KEY: Record<string, Mutate> = {
  'events chained anew and signed by the stolen key': (original, random) => ({
    entries: signedAnew(rewritten(original, random).records, KEY),
  }),
  'the log as it was before': (original, random) => {
    const length = 7 + pick(random, original.records.length - 7)
    const before = original.records.slice(0, length)
    const trees = Object.keys(entriesOf(original.records, KEY)).filter((key) =>
      key.startsWith('tree/'),
    )
    const none = Object.fromEntries(trees.map((key) => [key, undefined]))
    return { entries: { ...none, ...cutTo(original, length), ...endOf(before, KEY) } }
  },
}
