import type { LogEvent } from '../../contract/events.ts'
import { decodeRecord } from '../../store/records/record.ts'

const SHAPE = /^\{"prev":"[0-9a-f]{64}","event":\{.*\}\}$/s
const MEMBERS = ['position', 'recordingId', 'version', 'type', 'at', 'by', 'commandId', 'data']

/**
 * Reads the event of a record that has exactly the documented shape; undefined when it has another:
 * whoever reads the log later must not find something else in it.
 */
export function readRecord(record: string): LogEvent | undefined {
  if (!SHAPE.test(record)) return undefined
  try {
    const event = decodeRecord(record)
    return hasMembers(event) ? event : undefined
  } catch {
    return undefined
  }
}

function hasMembers(event: LogEvent): boolean {
  const names = Object.keys(event)
  const { position, recordingId, type, by, data } = event
  return (
    MEMBERS.every((member, i) => names[i] === member) &&
    Number.isInteger(position) &&
    typeof type === 'string' &&
    (recordingId === null || typeof recordingId === 'string') &&
    isGroup(by) &&
    isGroup(data)
  )
}

const isGroup = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
