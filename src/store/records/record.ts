import { hash } from 'node:crypto'
import type { LogEvent } from '../../contract/events.ts'

/**
 * The record of one event on disk: UTF-8 JSON of exactly this shape, without white space:
 *
 *   {"prev":"<64 hexadecimal digits>","event":{"position":…,"recordingId":…,"version":…,
 *   "type":…,"at":…,"by":…,"commandId":…,"data":…}}
 *
 * `prev` is the SHA-256 (FIPS 180-4, lower-case hex) of the stored value at the position before,
 * byte for byte; at position 1 it is 64 zeros. So the chain is verified over the stored bytes,
 * without parsing them.
 */
export interface EventRecord {
  prev: string
  event: LogEvent
}

/**
 * A durable event: its position and the hash of its record. Position 0 stands for a log without
 * events.
 */
export interface Head {
  position: number
  hash: string
}

/** The hash before position 1. */
export const GENESIS = '0'.repeat(64)

const PREV_AT = '{"prev":"'.length
const PREV_END = PREV_AT + 64
const EVENT_AT = PREV_END + '","event":'.length

/** Encodes an event as a record that is chained to the record before. */
export function encodeRecord(prev: string, event: LogEvent): string {
  return `{"prev":"${prev}","event":${JSON.stringify(event)}}`
}

/** Returns the hash that the next record stores of this one. */
export function hashRecord(value: string): string {
  return hash('sha256', value)
}

/** Returns the hash of the previous record, without validation. */
export function previousHash(value: string): string {
  return value.slice(PREV_AT, PREV_END)
}

/** Decodes the event in a record. Throws SyntaxError when it is not JSON. */
export function decodeRecord(value: string): LogEvent {
  return JSON.parse(value.slice(EVENT_AT, -1))
}
