import type { EventData, LogEvent } from '../../contract/events.ts'

/** A key that signs the checkpoints of a log, from an event on. */
export type SigningKeyEntry = EventData['signingKey.changed'] & {
  /** Position of the event that names it. */
  position: number
}

/** Adds the key that an event names, in place. The newest is the last. */
export function applySigningKeyEvent(entries: SigningKeyEntry[], event: LogEvent): void {
  if (event.type === 'signingKey.changed') entries.push({ ...event.data, position: event.position })
}
