import { type Signal, signal } from '@preact/signals'
import { type ActorNode, type FeedMessage, LiveActors } from './actors.ts'

/** The actors that are alive now. */
export interface ActorFeed {
  readonly roots: Signal<readonly ActorNode[]>
  /** `closed`: the recorder has no feed, or has ended it. */
  readonly state: Signal<'connecting' | 'open' | 'closed'>
  close(): void
}

/** Follows the actors of the recorder through its inspection feed. */
export function openActorFeed(): ActorFeed {
  const roots = signal<readonly ActorNode[]>([])
  const state = signal<'connecting' | 'open' | 'closed'>('connecting')
  const actors = new LiveActors()
  let frame = 0
  const url = new URL('/v1/inspect', location.href)
  url.protocol = url.protocol.replace('http', 'ws')
  url.hash = ''
  const socket = new WebSocket(url)
  const show = (): void => {
    frame = 0
    roots.value = actors.roots()
  }
  socket.onopen = () => {
    state.value = 'open'
  }
  socket.onmessage = ({ data }) => {
    actors.observe(JSON.parse(String(data)) as FeedMessage)
    // Many messages come at once.
    frame ||= requestAnimationFrame(show)
  }
  socket.onclose = () => {
    state.value = 'closed'
  }
  return {
    roots,
    state,
    close() {
      cancelAnimationFrame(frame)
      socket.close()
    },
  }
}
