import { hash } from 'node:crypto'
import type { LogEvent } from '../contract/events.ts'

/**
 * One event on disk. The stored value is UTF-8 JSON of exactly this shape, without white space:
 *
 *   {"prev":"<64 hexadecimal
 * digits>","event":{"position":…,"recordingId":…,"version":…,"type":…,"at":…,"by":…,"commandId":…,"data":…}}
 *
 * `prev` is the SHA-256 (FIPS 180-4, lower-case hex) of the stored value at the position before,
 * byte for byte; at position 1 it is 64 zeros. So a chain is verified over the bytes as they lie
 * there, without parsing them.
 */
export interface EventRecord {
  prev: string
  event: LogEvent
}

/** The hash before position 1. */
export const GENESIS = '0'.repeat(64)

const PREV_AT = '{"prev":"'.length
const PREV_END = PREV_AT + 64
const EVENT_AT = PREV_END + '","event":'.length

/** The value to store for an event, chained to the record before. */
export function encodeRecord(prev: string, event: LogEvent): string {
  return `{"prev":"${prev}","event":${JSON.stringify(event)}}`
}

/** The hash by which the next record knows this one. */
export function recordHash(value: string): string {
  return hash('sha256', value)
}

/** Reads the hash of the previous record. Does not validate. */
export function recordPrev(value: string): string {
  return value.slice(PREV_AT, PREV_END)
}

/** The event in a record. Throws SyntaxError when it is not JSON. */
export function recordEvent(value: string): LogEvent {
  return JSON.parse(value.slice(EVENT_AT, -1))
}
