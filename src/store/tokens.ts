import type { EventData, LogEvent } from '../contract/events.ts'

/** A token as the log knows it. */
export type Token = EventData['token.created'] & { createdAt: string }

/** The tokens that are valid, by id, in the order of their creation. */
export type Tokens = Map<string, Token>

/** Folds an event into the tokens, in place. */
export function foldToken(tokens: Tokens, event: LogEvent): void {
  if (event.type === 'token.created')
    tokens.set(event.data.id, { ...event.data, createdAt: event.at })
  else if (event.type === 'token.revoked') tokens.delete(event.data.id)
}
