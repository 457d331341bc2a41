import { useEffect, useState } from 'preact/hooks'
import { link } from '../../live/live-state.ts'
import { t } from '../texts/texts.ts'
import { type ActorFeed, openActorFeed } from './actor-feed.ts'
import { ActorRows } from './actor-rows.tsx'

/** Shows all actors that are alive now, as the recorder's feed tells. */
export function LiveActorTree() {
  const [feed, setFeed] = useState<ActorFeed | null>(null)
  const [attempt, setAttempt] = useState(1)
  const openAgain = () => setAttempt((count) => count + 1)
  useEffect(() => {
    const opened = openActorFeed()
    setFeed(opened)
    return () => opened.close()
  }, [attempt])
  const isLive = link.value.state === 'live'
  // A recorder that is back has another feed.
  useEffect(() => {
    if (isLive && feed?.state.peek() === 'closed') openAgain()
  }, [isLive])
  if (feed === null || feed.state.value === 'connecting') return <p>{t('page.loading')}</p>
  if (feed.state.value === 'closed') return <NoFeed onRetry={openAgain} />
  return <ActorRows roots={feed.roots.value} />
}

function NoFeed({ onRetry }: { onRetry: () => void }) {
  return (
    <p class="actors-none" role="status">
      <span class="soft">{t('inspector.actors.noFeed')}</span>{' '}
      <button type="button" class="button button-small" onClick={onRetry}>
        {t('inspector.actors.retry')}
      </button>
    </p>
  )
}
