import { t } from '../i18n/texts.ts'
import { link } from '../live/live-state.ts'
import { clockText, recordedMs } from '../live/recorded-time.ts'
import { recorderNow, tick } from '../live/recorder-time.ts'
import { Icon, type IconName } from '../record/icons.tsx'
import { mediaText } from '../record/medium-name.ts'
import { recordingHref } from '../shell/router.ts'
import { clientName } from './client-name.ts'
import { dayName, timeOfDay } from './day-name.ts'
import type { ListRow } from './list-row.ts'

const STATE_ICONS: Partial<Record<ListRow['state'], IconName>> = {
  Active: 'record',
  Paused: 'pause',
  WrapUp: 'stop',
}

/** One recording of the list: a link to it. */
export function RowLink({ row, isActive }: { row: ListRow; isActive: boolean }) {
  const { id, state, media, startedBy, tags } = row
  const icon = STATE_ICONS[state]
  return (
    <a
      class="list-row"
      href={recordingHref(id)}
      data-id={id}
      data-state={state}
      tabIndex={isActive ? 0 : -1}
    >
      <span class="list-time">
        <span class="hidden-text">{dayName(row.day)}, </span>
        {timeOfDay(row.startedAt)}
      </span>
      <span class="list-length">{row.live ? <LiveLength row={row} /> : lengthText(row)}</span>
      <span class="list-state">
        {icon && <Icon name={icon} size={14} />}
        {row.isErased ? t('list.state.Erased') : t(`list.state.${state}`)}
      </span>
      <span class="list-media">
        <span class="hidden-text">{mediaText(media)}</span>
        {media.map((medium) => (
          <Icon key={medium} name={medium} size={18} />
        ))}
      </span>
      <span class="list-who">{clientName(startedBy.client)}</span>
      <span class="list-row-tags">
        {tags.map(({ key, value }) => (
          <span class="list-tag" key={key}>
            <span class="list-tag-key">{key}</span> {value}
          </span>
        ))}
      </span>
      <RowMark row={row} />
    </a>
  )
}

const lengthText = (row: ListRow): string => clockText(row.lengthMs)

/** The length of a recording in progress. It stands still while the recorder does not answer. */
function LiveLength({ row }: { row: ListRow }) {
  if (row.live === null || link.value.state !== 'live') return <>{lengthText(row)}</>
  void tick.value
  return <>{clockText(recordedMs(row.live, recorderNow()))}</>
}

/** Marks a recording in which something went wrong. */
function RowMark({ row }: { row: ListRow }) {
  const text = markText(row)
  if (text === '') return null
  return (
    <span class="list-mark" data-failed={row.failed.length > 0}>
      <Icon name="error" size={16} />
      {text}
    </span>
  )
}

function markText({ failed, hasGaps }: ListRow): string {
  if (failed.length > 0) return t('list.failed', { media: mediaText(failed) })
  return hasGaps ? t('list.hasGaps') : ''
}
