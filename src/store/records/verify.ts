import { RecorderError } from '../../contract/errors.ts'
import type { LogEvent } from '../../contract/events.ts'
import {
  type Database,
  type DatabaseSnapshot,
  readChunks,
  wrapReadErrors,
} from '../database/database.ts'
import { EVENTS, eventKey, eventPosition, HEAD_KEY } from '../database/keys.ts'
import { hasOwnValues } from '../sealing/sealed-members.ts'
import { decodeRecord, GENESIS, type Head, hashRecord, previousHash } from './record.ts'

const CHUNK = 200
const CHUNK_BYTES = 256 * 1024

/** Options of a verification. */
export interface VerifyOptions {
  /** A durable event that must be in the log. */
  witness: Head | undefined
  /** The first event to verify; default 1. It may be chained to anything. */
  from?: number
  /** How many events are read at a time; default 200. */
  chunk?: number
  /** The state of the database that is verified; default: the present one. */
  snapshot?: DatabaseSnapshot | undefined
  /** Called with the verified events in order, some at a time, and their records. */
  onEvents?: (events: LogEvent[], records: readonly string[]) => void | Promise<void>
  /** Called from time to time with the numbers of verified events and of all. */
  onProgress?: (done: number, total: number) => void
}

/**
 * Verifies the log from an event on: positions without a gap, each record chained to the one
 * before, valid JSON, the stored head as the last event, and the witness's event among them or
 * before them. Resolves with the last event's position and hash (position 0 when there is none).
 * Rejects with STORAGE_UNAVAILABLE, whose detail names the position. Changes nothing.
 */
export async function verifyLog(db: Database, options: VerifyOptions): Promise<Head> {
  const { witness, from = 1, chunk: size = CHUNK, snapshot, onEvents, onProgress } = options
  const stored = await wrapReadErrors(() => db.get(HEAD_KEY, { snapshot }))
  const total = storedPosition(stored)
  if (witness !== undefined && witness.position > 0 && witness.position < from)
    await verifyRecord(db, witness)
  const last: Head = { position: from - 1, hash: GENESIS }
  const range = from === 1 ? EVENTS : { gte: eventKey(from), lt: EVENTS.lt }
  const records = db.iterator({ ...range, snapshot, highWaterMarkBytes: CHUNK_BYTES })
  for await (const chunk of readChunks(records, size)) {
    const events: LogEvent[] = []
    for (const [key, value] of chunk) {
      const position = eventPosition(key)
      if (position !== last.position + 1) throw missing(last.position + 1, position)
      if (previousHash(value) !== last.hash && (position > from || from === 1))
        throw changed(Math.max(1, last.position), position)
      const event = parseEvent(value, position)
      last.position = position
      last.hash = hashRecord(value)
      if (position === witness?.position && last.hash !== witness.hash) throw unwitnessed(position)
      events.push(event)
    }
    await hand(events, chunk, onEvents)
    onProgress?.(last.position, Math.max(last.position, total))
  }
  verifyHead(stored, last)
  if (witness !== undefined && witness.position > last.position)
    throw tailMissing(last.position, witness.position)
  return last
}

/** Hands events on. The last of them is not known yet to be the one to which another is chained. */
async function hand(
  events: LogEvent[],
  chunk: readonly [string, string][],
  onEvents: VerifyOptions['onEvents'],
): Promise<void> {
  try {
    await onEvents?.(
      events,
      chunk.map(([, record]) => record),
    )
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw damaged(`an event up to position ${events.at(-1)?.position} cannot be understood`, error)
  }
}

/** Verifies a single record. */
async function verifyRecord(db: Database, { position, hash }: Head): Promise<void> {
  const record = await wrapReadErrors(() => db.get(eventKey(position)))
  if (record === undefined) throw missing(position, position + 1)
  if (hashRecord(record) !== hash) throw unwitnessed(position)
}

/** Returns how many events the log should have, before that is verified. */
function storedPosition(stored: string | undefined): number {
  return Number(/^\{"position":(\d+)/.exec(stored ?? '')?.[1] ?? 0)
}

function parseEvent(value: string, position: number): LogEvent {
  let event: LogEvent
  let isOwn: boolean
  try {
    event = decodeRecord(value)
    // A changed bit can be in the name of a member, which is then missing.
    isOwn = hasOwnValues(event)
  } catch (cause) {
    throw damaged(`event ${position} cannot be read`, cause)
  }
  if (event.position !== position) throw damaged(`event ${position} has the position of another`)
  if (!isOwn) throw damaged(`event ${position} has a value of another`)
  return event
}

/** Compares the last event with the stored head, which shows a changed or removed last event. */
function verifyHead(stored: string | undefined, last: Head): void {
  if (stored === undefined) {
    if (last.position > 0)
      throw damaged(`the name of the last event is missing; ${last.position} events were found`)
    return
  }
  let head: Head
  try {
    head = JSON.parse(stored)
  } catch (cause) {
    throw damaged(
      `the name of the last event cannot be read; ${last.position} events were found`,
      cause,
    )
  }
  if (head.position > last.position) throw tailMissing(last.position, head.position)
  if (head.position !== last.position || head.hash !== last.hash)
    throw changed(last.position, undefined)
}

/** The log is not what was written. */
export class DamagedLogError extends RecorderError {
  /** The damage and its place, as a part of a sentence. */
  readonly what: string

  constructor(what: string, cause?: unknown) {
    const detail = `The log is damaged: ${what}. Nothing was changed.`
    super('STORAGE_UNAVAILABLE', detail, { cause })
    this.what = what
  }
}

/** Creates the error for a damaged log. */
export function damaged(what: string, cause?: unknown): RecorderError {
  return new DamagedLogError(what, cause)
}

function missing(expected: number, found: number): RecorderError {
  if (Number.isNaN(found)) return damaged(`another entry is in the place of event ${expected}`)
  const count = found - expected
  return damaged(
    count === 1
      ? `event ${expected} is missing`
      : `${count} events from position ${expected} on are missing`,
  )
}

/** Creates the error for a log whose last events are missing. */
export function tailMissing(last: number, expected: number): RecorderError {
  const count = expected - last
  return damaged(
    `it ends at position ${last}, but event ${expected} was on disk: ${count} ${count === 1 ? 'event is' : 'events are'} missing`,
  )
}

function changed(position: number, next: number | undefined): RecorderError {
  return damaged(
    next === undefined
      ? `event ${position} is not the one that was written last`
      : `event ${position} is not the one to which event ${next} is chained`,
  )
}

function unwitnessed(position: number): RecorderError {
  return damaged(`event ${position} is not the one that the witness file names`)
}
