import { recorderNow, tick } from '../../live/recorder-time.ts'
import { positionText } from '../../player/time-text.ts'
import { t } from '../texts/texts.ts'
import { pathText } from '../words.ts'
import type { ActorNode } from './actors.ts'

/** Shows the name of an actor, its state, and what else is worth a look. */
export function ActorDescription({ actor: { name, state, facts } }: { actor: ActorNode }) {
  return (
    <span class="actor">
      <span class="actor-name">{name}</span>
      {state !== null && <code class="actor-state">{pathText(state)}</code>}
      <Facts facts={facts} />
    </span>
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
