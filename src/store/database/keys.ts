/**
 * Encodes and decodes every key of the database. Keys are UTF-8 text, so a dump is readable.
 *
 *   event/<position>                   a record of the log (record.ts)
 *   view/recording/<id>                the projection of a closed recording, with its checksum
 *   view/list/<startedAt>/<id>         the list of recordings, in time; a closed one with what a
 *                                      search needs of it, and a checksum
 *   view/tag/<tag>/<startedAt>/<id>    recordings by a current tag; <tag> is an HMAC of key and
 *                                      value under a key of the home
 *   view/tags/<id>/<position>          where in the log a recording was tagged
 *   view/event/<id>/<position>         where in the log a recording's events are
 *   view/segment/<id>/<medium>/<number>  where in the log a segment was closed; <medium> is its
 *                                      index in MEDIA
 *   answer/<owner>/<at>                answers kept for retransmissions; <owner> is an HMAC of
 *                                      client and key under a key of the home (of 0.1: a SHA-256)
 *   expiry/<at>/<owner>                the same, in time
 *   tree/<height>/<index>              the hash of a complete subtree of the log's tree (tree/)
 *   checkpoint/<size>                  the checkpoint of a rotation, signed by both keys
 *   audit/<version>/<position>         what the auditor's questions need of a block of events
 *                                      (audit/audit-block.ts), by the first of them
 *   meta/<name>
 *
 * Positions have 16 decimal digits, instants in milliseconds 15, so that keys sort
 * like numbers. A recording's id has no separators (`^[0-9A-Za-z_-]{8,64}$`); free text of clients
 * is hashed with a key, so that nobody can guess it from the disk.
 */
import { hash } from 'node:crypto'
import { MEDIA } from '../../contract/media.ts'

/** A range of keys for LevelDB's iterators. */
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

/** Version of this layout. */
export const SCHEMA_KEY = 'meta/schema'
/** Position and hash of the last event, written with it. */
export const HEAD_KEY = 'meta/head'
/** Version of the projections and the position up to which they are folded. */
export const PROJECTIONS_KEY = 'meta/projections'
/** Which events and kept answers the last write of events has (acknowledgement.ts). */
export const LAST_WRITE_KEY = 'meta/lastWrite'
/** Position up to which every outcome has been handed on to its client. Not forced to disk. */
export const ACKNOWLEDGED_KEY = 'meta/acknowledged'
/** The newest checkpoint, written with the events that it covers. */
export const CHECKPOINT_KEY = 'meta/checkpoint'
/** A checkpoint that is kept: that with which a key was introduced by the one before. */
export const keptCheckpointKey = (size: number): string => `checkpoint/${position(size)}`
/** All checkpoints that are kept, the oldest first. */
export const KEPT_CHECKPOINTS: KeyRange = below('checkpoint/')
/** There while LevelDB's tables still have remains of what 0.1 has not sealed. */
export const REMAINS_KEY = 'meta/remains'
/** Written on reopening, to check whether a synced write works. */
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
/** All keys under `event/`, including foreign ones. */
export const EVENTS: KeyRange = below('event/')

/** All stored hashes of the tree. They can be deleted and computed again from the events. */
export const TREE: KeyRange = below('tree/')
export const treeKey = (height: number, index: number): string =>
  `tree/${digits(height, 2)}/${position(index)}`
/** The stored hashes of one height from one index on, up to another, exclusive. */
export const treeRange = (height: number, from: number, to: number): KeyRange => ({
  gte: treeKey(height, from),
  lt: treeKey(height, to),
})

/** All projections. They can be deleted and rebuilt from the events. */
export const PROJECTIONS: KeyRange = below('view/')
export const recordingKey = (id: string): string => `view/recording/${id}`
/** Returns the id of the recording to which a key under `view/` belongs; empty for other keys. */
export function recordingOfView(key: string): string {
  if (key.startsWith('view/list/') || key.startsWith('view/tag/'))
    return key.slice(key.lastIndexOf('/') + 1)
  const from = key.indexOf('/', PROJECTIONS.gte.length) + 1
  const to = key.indexOf('/', from)
  return from === 0 ? '' : key.slice(from, to === -1 ? undefined : to)
}

/** The sort key of a recording in lists: by time, then id. */
export const sortKey = (startedAt: string, id: string): string => `${startedAt}/${id}`
/** Returns the id in a sort key. */
export const recordingIdOf = (at: string): string => at.slice(at.indexOf('/') + 1)
const SORT_KEY = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\/[0-9A-Za-z_-]{8,64}$/
export const isSortKey = (text: string): boolean => SORT_KEY.test(text)

/** Prefix of the list of all recordings. A sort key follows. */
export const LIST_PREFIX = 'view/list/'
/**
 * Prefix of the recordings that have a tag now, by the name of the tag. A sort key follows. The
 * value's type counts: `"1"` is not `1`.
 */
export const tagPrefix = (name: string): string => `view/tag/${name}/`
/** The views that carry a checksum of their own: recordings, and their list. */
export const CHECKSUMMED_VIEWS: readonly KeyRange[] = [recordingKey(''), LIST_PREFIX].map(below)
/** All keys of the index of tags. */
export const TAG_INDEX: KeyRange = below('view/tag/')
/** All keys whose entries said something about persons in 0.1, but for the events. */
export const UNSEALED_RANGES: readonly KeyRange[] = [
  ...['answer/', 'expiry/', 'view/list/', 'view/recording/'].map(below),
  TAG_INDEX,
]
/** Whether a key is one of the index of tags. */
export const isTagIndexKey = (key: string): boolean => key.startsWith('view/tag/')

export const tagsKey = (id: string, at: number): string => `view/tags/${id}/${position(at)}`
/** Where in the log a recording was tagged, in order, from a position on. */
export const tagsRange = (id: string, from = 0): KeyRange => ({
  gte: tagsKey(id, from),
  lt: below(`view/tags/${id}/`).lt,
})
/** The position of the event that a key under `view/tags/` or `view/event/` names. */
export const indexedPosition = (key: string): number => Number(key.slice(key.lastIndexOf('/') + 1))

export const recordingEventKey = (id: string, at: number): string =>
  `view/event/${id}/${position(at)}`
/** Where a recording's events after a position are in the log. */
export const recordingEventRange = (id: string, after = 0): KeyRange => ({
  gte: recordingEventKey(id, after + 1),
  lt: below(`view/event/${id}/`).lt,
})

/** Whether a key names the position of an event, which no other event replaces or removes. */
export const isPositionKey = (key: string): boolean =>
  key.startsWith('view/event/') || key.startsWith('view/tags/')

/** Version of the index for the auditor's questions. Blocks of another version are not read. */
const AUDIT_VERSION = 1
/** All keys of the index, of every version. */
export const AUDIT_INDEX: KeyRange = below('audit/')
export const auditKey = (first: number): string => `audit/${AUDIT_VERSION}/${position(first)}`
/** Blocks by their first events, both included. */
export const auditRange = (from: number, to: number): KeyRange => ({
  gte: auditKey(from),
  lt: auditKey(to + 1),
})
/** The position of a block's first event, by its key; NaN for a block of another version. */
export const auditPosition = (key: string): number =>
  key.startsWith(`audit/${AUDIT_VERSION}/`) ? indexedPosition(key) : Number.NaN

const mediumIndex = (medium: string): number => (MEDIA as readonly string[]).indexOf(medium)
/** The sort key of a segment within its recording: by medium, then number. */
export const segmentSortKey = (medium: string, number: number): string =>
  `${mediumIndex(medium)}/${digits(number, 9)}`
export const isSegmentSortKey = (text: string): boolean => /^\d\/\d{9}$/.test(text)
export const segmentKey = (id: string, at: string): string => `view/segment/${id}/${at}`
/** A recording's closed segments in order. */
export const segmentRange = (id: string): KeyRange => below(`view/segment/${id}/`)

/**
 * Hashes the owner of an answer: the client's name and its key. Version 0.1 named owners so; now
 * they are named by an HMAC of it, because a hash can be guessed.
 */
export const hashOwner = (client: string, key: string): string =>
  hash('sha256', JSON.stringify([client, key]))
/** The instant is part of the key, so that deleting an old answer never deletes a newer one. */
export const answerKey = (owner: string, epochMs: number): string =>
  `answer/${owner}/${instant(epochMs)}`
export const expiryKey = (epochMs: number, owner: string): string =>
  `expiry/${instant(epochMs)}/${owner}`
/** All keys under `answer/`. */
export const ANSWERS: KeyRange = below('answer/')
/** When (epoch ms, NaN for a foreign key) and for whom an answer was kept, by its key. */
export function answerOf(key: string): { at: number; owner: string } {
  const [, owner = '', at] = key.split('/')
  return { at: Number(at), owner }
}
/** All keys under `expiry/`. */
export const EXPIRIES: KeyRange = below('expiry/')
/** Range of the answers kept at or before an instant. */
export const expiredRange = (epochMs: number): KeyRange => ({
  gte: EXPIRIES.gte,
  lt: expiryKey(epochMs + 1, ''),
})
export function expiryOf(key: string): { at: number; owner: string } {
  const [, at = '', owner = ''] = key.split('/')
  return { at: Number(at), owner }
}
