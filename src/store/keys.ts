/**
 * Every key of the LevelDB folder, encoder beside decoder. Keys are UTF-8 text, so a dump can be
 * read.
 *
 *   event/<position>                   a record of the log (record.ts)
 *   view/recording/<id>                a recording's projection
 *   view/list/<startedAt>/<id>         the list of recordings, in time
 *   view/tag/<tag>/<startedAt>/<id>    recordings by a current tag; <tag> is the SHA-256 of key and
 * value
 *   view/tags/<id>/<position>          where in the log a recording was tagged
 *   view/segment/<id>/<medium>/<number>  closed segments; <medium> is its place in MEDIA
 *   answer/<owner>/<at>                answers kept for retransmissions; <owner> is the SHA-256 of
 * client and key
 *   expiry/<at>/<owner>                the same, in time
 *   meta/<name>
 *
 * Positions have 16 decimal digits, instants in milliseconds 15, so that the order of keys is the
 * order of numbers. A recording's id has none of the separators (`^[0-9A-Za-z_-]{8,64}$`); what a
 * client may spell freely is hashed.
 */
import { hash } from 'node:crypto'
import type { TagValue } from '../contract/commands.ts'
import { MEDIA } from '../contract/media.ts'

/** Bounds of a range of keys, as LevelDB's iterators take them. */
export interface KeyRange {
  gte: string
  lt: string
}

/** All keys that begin with a prefix ending in `/` (`0` is the character that follows `/`). */
function below(prefix: string): KeyRange {
  return { gte: prefix, lt: `${prefix.slice(0, -1)}0` }
}

const digits = (value: number, length: number): string => String(value).padStart(length, '0')
const position = (value: number): string => digits(value, 16)
const instant = (epochMs: number): string => digits(epochMs, 15)

/** The version of this layout is under it. */
export const SCHEMA_KEY = 'meta/schema'
/** Position and hash of the last event, written with it. */
export const HEAD_KEY = 'meta/head'
/** Version of the projections and the position up to which they are folded. */
export const PROJECTIONS_KEY = 'meta/projections'
/** Written on reopening, to see whether a synced write works. */
export const PROBE_KEY = 'meta/probe'

export const eventKey = (at: number): string => `event/${position(at)}`
/** NaN for a key that is not one of an event. */
export const eventPosition = (key: string): number =>
  /^event\/\d{16}$/.test(key) ? Number(key.slice(6)) : Number.NaN
/** Events from one position to another, both included. */
export const eventRange = (from: number, to: number): KeyRange => ({
  gte: eventKey(from),
  lt: eventKey(to + 1),
})
/** Everything under `event/`, whatever it is. */
export const EVENTS: KeyRange = below('event/')

/** All projections: what can be dropped and had again from the events. */
export const PROJECTIONS: KeyRange = below('view/')
export const recordingKey = (id: string): string => `view/recording/${id}`

/** Where a recording stands in lists, in order of time, then id. */
export const place = (startedAt: string, id: string): string => `${startedAt}/${id}`
/** The id of the recording at a place. */
export const placeId = (at: string): string => at.slice(at.indexOf('/') + 1)
const PLACE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\/[0-9A-Za-z_-]{8,64}$/
export const isPlace = (text: string): boolean => PLACE.test(text)

/** Prefix of the list of all recordings; a place follows. */
export const LIST_PREFIX = 'view/list/'
/**
 * Prefix of the recordings that have a tag now; a place follows. The value's type counts: `"1"` is
 * not `1`.
 */
export const tagPrefix = (key: string, value: TagValue): string =>
  `view/tag/${hash('sha256', JSON.stringify([key, value]))}/`

export const tagsKey = (id: string, at: number): string => `view/tags/${id}/${position(at)}`
/** Where in the log a recording was tagged, in order. */
export const tagsRange = (id: string): KeyRange => below(`view/tags/${id}/`)
/** The key of the event that an entry under `view/tags/` is about. */
export const taggedEventKey = (key: string): string =>
  `event/${key.slice(key.lastIndexOf('/') + 1)}`

const mediumPlace = (medium: string): number => (MEDIA as readonly string[]).indexOf(medium)
/** A segment's place among those of its recording: by medium, then number. */
export const segmentPlace = (medium: string, number: number): string =>
  `${mediumPlace(medium)}/${digits(number, 9)}`
export const isSegmentPlace = (text: string): boolean => /^\d\/\d{9}$/.test(text)
export const segmentKey = (id: string, at: string): string => `view/segment/${id}/${at}`
/** A recording's closed segments in order. */
export const segmentRange = (id: string): KeyRange => below(`view/segment/${id}/`)

/**
 * Whose answer it is: the client's name and its key are the client's own words, so they are hashed.
 */
export const answerOwner = (client: string, key: string): string =>
  hash('sha256', JSON.stringify([client, key]))
/**
 * The instant is part of the key, so that clearing an old answer can never take a newer one with
 * it.
 */
export const answerKey = (owner: string, epochMs: number): string =>
  `answer/${owner}/${instant(epochMs)}`
export const expiryKey = (epochMs: number, owner: string): string =>
  `expiry/${instant(epochMs)}/${owner}`
/** Everything under `expiry/`. */
export const EXPIRIES: KeyRange = below('expiry/')
/** Range of the answers kept at an instant or before. */
export const expiredRange = (epochMs: number): KeyRange => ({
  gte: EXPIRIES.gte,
  lt: expiryKey(epochMs + 1, ''),
})
export function expiryOf(key: string): { at: number; owner: string } {
  const [, at = '', owner = ''] = key.split('/')
  return { at: Number(at), owner }
}
