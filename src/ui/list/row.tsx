import { t } from '../i18n/texts.ts'
import { link } from '../live/live-state.ts'
import { clockText, recordedMs } from '../live/recorded-time.ts'
import { recorderNow, tick } from '../live/recorder-time.ts'
import { Icon, type IconName } from '../record/icons.tsx'
import { mediaText } from '../record/medium-name.ts'
import { senderName } from '../record/sender-name.ts'
import { recordingHref } from '../shell/router.ts'
import { dayName, timeOfDay } from './day-name.ts'
import type { ListRow } from './list-row.ts'

const STATE_ICONS: Partial<Record<ListRow['state'], IconName>> = {
  Active: 'record',
  Paused: 'pause',
  WrapUp: 'stop',
}

/** One recording of the list: a link to it. */
export function RowLink({ row, isActive }: { row: ListRow; isActive: boolean }) {
  const icon = STATE_ICONS[row.state]
  return (
    <a
      class="list-row"
      href={recordingHref(row.id)}
      data-id={row.id}
      data-state={row.state}
      tabIndex={isActive ? 0 : -1}
    >
      <span class="list-time">
        <span class="hidden-text">{dayName(row.day)}, </span>
        {timeOfDay(row.startedAt)}
      </span>
      <span class="list-length">
        <span class="hidden-text">, {t('list.length')} </span>
        <RowLength row={row} />
      </span>
      <span class="list-state">
        <span class="hidden-text">, </span>
        <span class="list-state-word">
          {icon && <Icon name={icon} size={14} />}
          {t(`list.state.${row.state}`)}
        </span>
      </span>
      <span class="list-media">
        <span class="hidden-text">, {mediaText(row.media)}, </span>
        {row.media.map((medium) => (
          <Icon key={medium} name={medium} size={18} />
        ))}
      </span>
      <span class="list-who">{senderName(row.startedBy)}</span>
      <RowTags row={row} />
      <RowMark row={row} />
    </a>
  )
}

/** How long a recording is. That of a recording in progress runs while the recorder confirms it. */
function RowLength({ row }: { row: ListRow }) {
  if (row.live === null || link.value.state !== 'live') return <>{clockText(row.lengthMs)}</>
  void tick.value
  return <>{clockText(recordedMs(row.live, recorderNow()))}</>
}

function RowTags({ row: { tags, moreTags } }: { row: ListRow }) {
  return (
    <span class="list-row-tags">
      {tags.map(({ key, value }) => (
        <span class="list-tag" key={key}>
          <span class="hidden-text">, </span>
          <span class="list-tag-key">{key}</span> {value}
        </span>
      ))}
      {moreTags > 0 && <span class="list-more-tags">+{moreTags}</span>}
    </span>
  )
}

/** Marks a recording in which something went wrong. */
function RowMark({ row: { failed, hasGaps } }: { row: ListRow }) {
  if (failed.length === 0 && !hasGaps) return <span class="list-mark" />
  const text =
    failed.length > 0 ? t('list.failed', { media: mediaText(failed) }) : t('list.hasGaps')
  return (
    <span class="list-mark" data-failed={failed.length > 0}>
      <span class="hidden-text">, </span>
      <Icon name="error" size={16} />
      <span class="list-mark-text">{text}</span>
    </span>
  )
}
