import { useComputed } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { LogEvent } from '../../../contract/events.ts'
import { senderName } from '../../record/sender-name.ts'
import { inspectorHref } from '../../shell/router.ts'
import { PlayerIcon } from '../player-icon.tsx'
import type { Player } from '../playing/player.ts'
import type { RecordedData } from '../playing/recorded-data.ts'
import { t } from '../texts/texts.ts'
import { positionText } from '../time-text.ts'
import { eventDetail, eventText, isOfInterest, kindOf } from './event-text.ts'
import { momentOf } from './points.ts'

const PAGE = 100

/** Lists the events of the recording. A click leads to a moment. */
export function EventList({ data, player }: { data: RecordedData; player: Player | null }) {
  const [showsAll, setShowsAll] = useState(false)
  const [shown, setShown] = useState(PAGE)
  const { value: events } = data.events
  const list = showsAll ? events : events.filter(isOfInterest)
  const startMs = Date.parse(data.recording.value?.startedAt ?? '')
  // The position changes with every picture, the present event seldom.
  const present = useComputed(() => {
    const all = data.events.value
    const positionMs = player?.position.value ?? 0
    return all.findLast(
      (event) => (showsAll || isOfInterest(event)) && momentOf(event, startMs) <= positionMs,
    )?.position
  }).value
  return (
    <section class="events" aria-labelledby="events-title">
      <header class="events-head">
        <h2 id="events-title">{t('player.events')}</h2>
        <label class="events-all">
          <input
            type="checkbox"
            checked={showsAll}
            onChange={({ currentTarget }) => setShowsAll(currentTarget.checked)}
          />
          {t('player.events.all')}
        </label>
        <a class="events-inspect" href={inspectorHref(data.id, present)}>
          {t('player.toInspector')}
        </a>
      </header>
      {/* A list that scrolls must be reachable by keyboard: its buttons are. */}
      <ol class="events-list">
        {list.slice(0, shown).map((event) => (
          <EventRow
            key={event.position}
            event={event}
            ms={momentOf(event, startMs)}
            isPresent={event.position === present}
            onJump={(ms) => player?.seek(ms)}
          />
        ))}
        {list.length > shown && (
          <li>
            <button
              type="button"
              class="button button-small events-more"
              onClick={() => setShown(shown + PAGE)}
            >
              {t('player.events.more', { count: list.length - shown })}
            </button>
          </li>
        )}
      </ol>
    </section>
  )
}

function EventRow({
  event,
  ms,
  isPresent,
  onJump,
}: {
  event: LogEvent
  ms: number
  isPresent: boolean
  onJump: (ms: number) => void
}) {
  const row = useRef<HTMLLIElement>(null)
  useEffect(() => {
    // Only the list scrolls, never the page.
    const list = row.current?.parentElement
    if (!isPresent || !row.current || !list) return
    const top = row.current.offsetTop - list.offsetTop
    if (top < list.scrollTop || top + row.current.offsetHeight > list.scrollTop + list.clientHeight)
      list.scrollTop = top - list.clientHeight / 3
  }, [isPresent])
  const kind = kindOf(event)
  const detail = eventDetail(event)
  return (
    <li ref={row}>
      <button
        type="button"
        class={`event event-${kind}`}
        aria-current={isPresent ? 'true' : undefined}
        onClick={() => onJump(ms)}
      >
        <span class="event-time">{positionText(ms)}</span>
        <span class="event-icon">
          <PlayerIcon name={kind} size={16} />
        </span>
        <span class="event-text">
          {eventText(event)}
          {detail && (
            <span class="event-detail" lang="en">
              {detail}
            </span>
          )}
          <span class="event-by">{senderName(event.by)}</span>
        </span>
      </button>
    </li>
  )
}
