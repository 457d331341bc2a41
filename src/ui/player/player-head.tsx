import { markerOf } from '../../contract/marker.ts'
import type { RecordingAnswer, TagEntry } from '../../contract/views.ts'
import { application } from '../live/live-state.ts'
import { senderName } from '../record/sender-name.ts'
import { CustodyFacts } from './custody/custody-facts.tsx'
import { ExportForm } from './export/export-form.tsx'
import type { Player } from './playing/player.ts'
import type { RecordedData } from './playing/recorded-data.ts'
import { t } from './texts/texts.ts'
import { dateText, positionText, wallClockText } from './time-text.ts'

/** Says what the recording is: when, how long, by whom, with which tags; and exports it. */
export function PlayerHead({ data, player }: { data: RecordedData; player: Player | null }) {
  const { value: recording } = data.recording
  const { value: timeline } = data.timeline
  if (recording === null || timeline === null) return null
  return (
    <header class="player-head">
      <div class="player-title">
        <h1>{dateText(recording.startedAt)}</h1>
        <p class={`state state-${recording.state}`}>{t(`player.state.${recording.state}`)}</p>
      </div>
      <dl class="facts">
        <Fact name={t('player.length')} value={positionText(timeline.durationMs)} />
        <Fact name={t('player.startedBy')} value={senderName(recording.startedBy)} />
        <Fact name={t('player.log')} value={logText()} />
        <CustodyFacts recording={recording} />
      </dl>
      <Tags recording={recording} player={player} startMs={timeline.startMs} />
      <ExportForm id={data.id} isOver={recording.endedAt !== null} />
    </header>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function logText(): string {
  const state = application.value?.storage.log
  return state ? t(`player.log.${state}`) : '–'
}

function isOwn({ key }: TagEntry): boolean {
  return !key.startsWith('system.')
}

function Tags({
  recording,
  player,
  startMs,
}: {
  recording: RecordingAnswer
  player: Player | null
  startMs: number
}) {
  // Markers are on the time line.
  const own = recording.tags.filter((tag) => isOwn(tag) && markerOf(tag) === null)
  const history = recording.tagHistory?.filter(isOwn) ?? []
  if (history.length === 0) return null
  return (
    <div class="shown-tags">
      <ul class="shown-tags-now" aria-label={t('player.tags')}>
        {own.map(({ key, value }) => (
          <li key={key} class="shown-tag">
            <span class="shown-tag-key">{key}</span> {String(value)}
          </li>
        ))}
      </ul>
      <details class="shown-tags-history">
        <summary>{t('player.tags.history', { count: history.length })}</summary>
        <ol>
          {history.map(({ key, value, at, by }) => (
            <li key={`${at} ${key}`}>
              <button
                type="button"
                class="moment"
                onClick={() => player?.seek(Date.parse(at) - startMs)}
              >
                {wallClockText(Date.parse(at))}
              </button>
              <span>
                <span class="shown-tag-key">{key}</span> {String(value)}
              </span>
              <span class="soft">{senderName(by)}</span>
            </li>
          ))}
        </ol>
      </details>
    </div>
  )
}
