import type { ReplayState } from '../../../contract/replay.ts'
import { eventText, kindOf } from '../../player/events/event-text.ts'
import { PlayerIcon } from '../../player/player-icon.tsx'
import { positionText, wallClockText } from '../../player/time-text.ts'
import { mediumName } from '../../record/medium-name.ts'
import { t } from '../texts/texts.ts'
import { pathText, subjectName } from '../words.ts'
import { RefusalCard } from './refusal-card.tsx'

/** Says what happened at the shown moment: the event, its data, and what it changed. */
export function MomentCard({ state, startMs }: { state: ReplayState; startMs: number }) {
  const { event, index, count, changes, refusal } = state
  if (event === null)
    return (
      <section class="card shown-moment" aria-labelledby="moment-title">
        <h2 id="moment-title">{t('inspector.moment.before')}</h2>
        <p class="soft">{t('inspector.moment.before.help')}</p>
      </section>
    )
  const ms = Date.parse(event.at) - startMs
  const kind = kindOf(event)
  return (
    <section class={`card shown-moment moment-${kind}`} aria-labelledby="moment-title">
      <p class="moment-facts">
        <span>{t('inspector.moment.number', { index, count })}</span>
        <span>{positionText(Math.max(0, ms), true)}</span>
        <span>{wallClockText(Date.parse(event.at))}</span>
        <span>{t('inspector.moment.position', { position: event.position })}</span>
        <code>{event.type}</code>
      </p>
      <h2 id="moment-title" class="moment-title">
        <PlayerIcon name={kind} size={20} />
        <span>{eventText(event)}</span>
      </h2>
      {refusal === null && <p class="moment-by">{subjectName(event.by)}</p>}
      {refusal && <RefusalCard refusal={refusal} event={event} state={state} />}
      {refusal === null && <Changes changes={changes} />}
      <details class="moment-data">
        <summary>{t('inspector.moment.data')}</summary>
        <pre class="json">{JSON.stringify(event, null, 2)}</pre>
      </details>
    </section>
  )
}

function Changes({ changes }: Pick<ReplayState, 'changes'>) {
  if (changes.length === 0) return <p class="soft">{t('inspector.moment.noChange')}</p>
  return (
    <ul class="changes" aria-label={t('inspector.moment.changes')}>
      {changes.map(({ machine, medium, from, to }) => (
        <li key={`${machine} ${medium}`} class="change">
          <span class="change-machine">
            {medium === null ? t(`inspector.machine.${machine}`) : mediumName(medium)}
          </span>
          {from === to ? (
            <span>{t('inspector.moment.context')}</span>
          ) : (
            <span>
              <span class="soft">{pathText(from)}</span>
              <span aria-hidden="true"> → </span>
              <span class="hidden-text">{t('inspector.moment.to')}</span>
              <strong>{pathText(to)}</strong>
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}
