/** Reads inspection messages as a tool for XState does: the newest state of each actor. */
import type {
  ActorMessage,
  EventMessage,
  InspectedSnapshot,
  InspectionMessage,
} from '../../../src/contract/inspection.ts'

export class FeedReader {
  readonly messages: InspectionMessage[] = []
  /** The newest state of each actor that was announced. */
  readonly states = new Map<string, InspectedSnapshot>()
  readonly actors = new Map<string, ActorMessage>()

  readonly push = (message: InspectionMessage): void => {
    this.messages.push(message)
    if (message.type === '@xstate.event') return
    this.states.set(message.sessionId, message.snapshot)
    if (message.type === '@xstate.actor') this.actors.set(message.sessionId, message)
  }

  /** Forgets what was read, but not the actors. */
  clear(): void {
    this.messages.length = 0
  }

  /** The ids of the actors that have not ended. */
  get living(): string[] {
    return [...this.states].filter(([, { status }]) => status === 'active').map(([id]) => id)
  }

  /** The state of the actor whose id ends like this. */
  state(ending: string): InspectedSnapshot | undefined {
    return [...this.states].find(([id]) => id.endsWith(ending))?.[1]
  }

  /** The context of the actor whose id ends like this. */
  context(ending: string): Record<string, unknown> {
    return (this.state(ending)?.context ?? {}) as Record<string, unknown>
  }

  /** The events that the actor got whose id ends like this. */
  eventsOf(ending: string): EventMessage[] {
    return this.messages.filter(
      (message): message is EventMessage =>
        message.type === '@xstate.event' && message.sessionId.endsWith(ending),
    )
  }
}
