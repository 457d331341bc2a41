import { useState } from 'preact/hooks'
import type { ReplayState } from '../../../contract/replay.ts'
import { t } from '../texts/texts.ts'
import { ActorDescription } from './actor-description.tsx'
import { foldedActors } from './actors.ts'
import { LiveActorTree } from './live-actor-tree.tsx'

/** Shows the actors of the recording at the moment, and on request all that are alive now. */
export function ActorTree({ state }: { state: ReplayState }) {
  const [isOpen, setOpen] = useState(false)
  const recording = foldedActors(state)
  return (
    <section class="card actors" aria-labelledby="actors-title">
      <h2 id="actors-title">{t('inspector.actors')}</h2>
      <ul class="actor-list">
        <li>
          <ActorDescription actor={recording} />
          <ul class="actor-list">
            {recording.children.map((actor) => (
              <li key={actor.id}>
                <ActorDescription actor={actor} />
              </li>
            ))}
          </ul>
        </li>
      </ul>
      <details class="actors-live" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary id="actors-live">{t('inspector.actors.live')}</summary>
        {isOpen && <LiveActorTree />}
      </details>
    </section>
  )
}
