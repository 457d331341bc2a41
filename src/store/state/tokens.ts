import type { LogEvent } from '../../contract/events.ts'
import type { Token } from '../port.ts'

/** The valid tokens by id, in the order of their creation. */
export type Tokens = Map<string, Token>

/** Applies an event to the tokens, in place. */
export function applyTokenEvent(tokens: Tokens, event: LogEvent): void {
  if (event.type === 'token.created')
    tokens.set(event.data.id, { ...event.data, createdAt: event.at, position: event.position })
  else if (event.type === 'token.revoked') tokens.delete(event.data.id)
}
