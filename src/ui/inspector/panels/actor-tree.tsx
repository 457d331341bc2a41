import { useEffect, useState } from 'preact/hooks'
import type { ReplayState } from '../../../contract/replay.ts'
import { recorderNow, tick } from '../../live/recorder-time.ts'
import { positionText } from '../../player/time-text.ts'
import { t } from '../texts/texts.ts'
import { pathText } from '../words.ts'
import { type ActorFeed, openActorFeed } from './actor-feed.ts'
import { type ActorNode, foldedActors } from './actors.ts'

/** Shows the actors of the recording at the moment, and on request all that are alive now. */
export function ActorTree({ state }: { state: ReplayState }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <section class="card actors" aria-labelledby="actors-title">
      <h2 id="actors-title">{t('inspector.actors')}</h2>
      <Actors actors={[foldedActors(state)]} />
      <details class="actors-live" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>{t('inspector.actors.live')}</summary>
        {isOpen && <LiveTree />}
      </details>
    </section>
  )
}

function LiveTree() {
  const [feed, setFeed] = useState<ActorFeed | null>(null)
  useEffect(() => {
    const opened = openActorFeed()
    setFeed(opened)
    return () => opened.close()
  }, [])
  if (feed === null || feed.state.value === 'connecting') return <p>{t('page.loading')}</p>
  if (feed.state.value === 'closed') return <p class="soft">{t('inspector.actors.noFeed')}</p>
  return <Actors actors={feed.roots.value} />
}

function Actors({ actors }: { actors: readonly ActorNode[] }) {
  return (
    <ul class="actor-list">
      {actors.map((actor) => (
        <li key={actor.id}>
          <span class="actor">
            <span class="actor-name">{actor.name}</span>
            {actor.state !== null && <code class="actor-state">{pathText(actor.state)}</code>}
            <Facts facts={actor.facts} />
          </span>
          {actor.children.length > 0 && <Actors actors={actor.children} />}
        </li>
      ))}
    </ul>
  )
}

function Facts({ facts }: Pick<ActorNode, 'facts'>) {
  const texts = Object.entries(facts).flatMap(([name, value]) => {
    if (name !== 'startedAt') return [`${name} ${value}`]
    tick.value
    const ms = recorderNow() - Date.parse(String(value))
    return Number.isFinite(ms)
      ? [t('inspector.actors.since', { time: positionText(Math.max(0, ms)) })]
      : []
  })
  return texts.length > 0 ? <span class="soft">{texts.join(' · ')}</span> : null
}
