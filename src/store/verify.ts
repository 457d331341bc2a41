import { RecorderError } from '../contract/errors.ts'
import type { LogEvent } from '../contract/events.ts'
import { type Database, reading } from './database.ts'
import { EVENTS, eventPosition, HEAD_KEY } from './keys.ts'
import { GENESIS, recordEvent, recordHash, recordPrev } from './record.ts'
import type { Head } from './witness.ts'

const CHUNK = 1_000
const CHUNK_BYTES = 1024 * 1024

/** Inputs of a verification beside the log, and its observers. */
export interface VerifyOptions {
  /** A durable event that must be there. */
  witness: Head | undefined
  /** Each event, in order, once it is known to be sound. */
  onEvent?: (event: LogEvent) => void
  /** Called now and then with the number of events checked. */
  onProgress?: (done: number) => void
}

/**
 * Reads the whole log: positions from 1 without a gap, each record chained to the one before, JSON
 * readable, the last one as the database knows it, the witness's among them. Resolves with the last
 * event's place (position 0 when there is none); rejects with STORAGE_UNAVAILABLE, whose detail
 * names the position. Changes nothing.
 */
export async function verifyLog(db: Database, options: VerifyOptions): Promise<Head> {
  const { witness, onEvent, onProgress } = options
  const last: Head = { position: 0, hash: GENESIS }
  for await (const chunk of chunks(db)) {
    for (const [key, value] of chunk) {
      const position = eventPosition(key)
      if (position !== last.position + 1) throw missing(last.position + 1, position)
      if (recordPrev(value) !== last.hash) throw changed(Math.max(1, last.position), position)
      const event = readable(value, position)
      last.position = position
      last.hash = recordHash(value)
      if (position === witness?.position && last.hash !== witness.hash) throw unwitnessed(position)
      onEvent?.(event)
    }
    onProgress?.(last.position)
  }
  await compareHead(db, last)
  if (witness !== undefined && witness.position > last.position)
    throw tailMissing(last.position, witness.position)
  return last
}

/** The next chunk is read while this one is checked. */
async function* chunks(db: Database): AsyncGenerator<[string, string][]> {
  const iterator = db.iterator({ ...EVENTS, highWaterMarkBytes: CHUNK_BYTES })
  try {
    let ahead = reading(() => iterator.nextv(CHUNK))
    for (;;) {
      const chunk = await ahead
      if (chunk.length === 0) return
      ahead = reading(() => iterator.nextv(CHUNK))
      // Should the reader stop here, nobody is left to hear of it.
      ahead.catch(() => undefined)
      yield chunk
    }
  } finally {
    await iterator.close()
  }
}

function readable(value: string, position: number): LogEvent {
  try {
    const event = recordEvent(value)
    if (event.position === position) return event
  } catch (cause) {
    throw damaged(`event ${position} cannot be read`, cause)
  }
  throw damaged(`event ${position} says that it is another`)
}

/**
 * The head is written with the last event, so it shows a last event that was altered or taken out.
 */
async function compareHead(db: Database, last: Head): Promise<void> {
  const stored = await reading(() => db.get(HEAD_KEY))
  if (stored === undefined) {
    if (last.position > 0)
      throw damaged(`nothing says which event is the last; ${last.position} were found`)
    return
  }
  let head: Head
  try {
    head = JSON.parse(stored)
  } catch (cause) {
    throw damaged(
      `what says which event is the last cannot be read; ${last.position} were found`,
      cause,
    )
  }
  if (head.position > last.position) throw tailMissing(last.position, head.position)
  if (head.position !== last.position || head.hash !== last.hash)
    throw changed(last.position, undefined)
}

function damaged(what: string, cause?: unknown): RecorderError {
  return new RecorderError(
    'STORAGE_UNAVAILABLE',
    `The log is damaged: ${what}. Nothing was changed.`,
    { cause },
  )
}

function missing(expected: number, found: number): RecorderError {
  if (Number.isNaN(found))
    return damaged(`where event ${expected} should be there is something else`)
  const count = found - expected
  return damaged(
    count === 1
      ? `event ${expected} is missing`
      : `${count} events from position ${expected} on are missing`,
  )
}

/** The error for a log whose last events are gone. */
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
