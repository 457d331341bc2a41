import type { InspectedEvent, InspectionMessage } from '../contract/inspection.ts'

/** Stands for a value that is not shown. */
const REDACTED = '…'

/** Returns a message without the values of tags. Their keys stay. */
export function redactTags(message: InspectionMessage): InspectionMessage {
  if (message.type === '@xstate.actor') return message
  const event = redactEvent(message.event)
  return event === message.event ? message : { ...message, event }
}

function redactEvent(event: InspectedEvent): InspectedEvent {
  const data = event.data as { tags?: unknown } | undefined
  if (typeof data !== 'object' || data === null || data.tags === undefined) return event
  const keys = typeof data.tags === 'object' && data.tags !== null ? Object.keys(data.tags) : []
  const tags = Object.fromEntries(keys.map((key) => [key, REDACTED]))
  return { ...event, data: { ...data, tags } }
}
