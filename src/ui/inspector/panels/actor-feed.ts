import { type Signal, signal } from '@preact/signals'
import { recorder } from '../../live/recorder.ts'
import { type ActorNode, LiveActors } from './actors.ts'

/** The actors that are alive now. */
export interface ActorFeed {
  readonly roots: Signal<readonly ActorNode[]>
  /** `closed`: the recorder has no feed for this page, or has ended it. */
  readonly state: Signal<'connecting' | 'open' | 'closed'>
  close(): void
}

/** Follows the actors of the recorder through its inspection feed. */
export function openActorFeed(): ActorFeed {
  const roots = signal<readonly ActorNode[]>([])
  const state = signal<'connecting' | 'open' | 'closed'>('connecting')
  const actors = new LiveActors()
  const feed = recorder.inspect()
  let frame = 0
  const show = (): void => {
    frame = 0
    state.value = 'open'
    roots.value = actors.roots()
  }
  const read = async (): Promise<void> => {
    for await (const message of feed) {
      actors.observe(message)
      // Many messages come at once.
      frame ||= requestAnimationFrame(show)
    }
  }
  void read()
    // Why it ended makes no difference to a person; the page's own connection says what is wrong.
    .catch(() => {})
    .then(() => {
      cancelAnimationFrame(frame)
      state.value = 'closed'
    })
  return { roots, state, close: () => feed.close() }
}
