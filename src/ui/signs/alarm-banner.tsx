import { t } from '../i18n/texts.ts'
import { formatTime } from '../live/format-time.ts'
import { link } from '../live/live-state.ts'
import { acknowledgeAlarms, acknowledged, alarms } from './alarms.ts'

/** Shows the alarms on every view. A new one is announced; an acknowledged one stays visible. */
export function AlarmBanner() {
  if (link.value.state !== 'live') return <div role="alert" />
  const isLoud = alarms.value.some(({ id }) => !acknowledged.value.has(id))
  return (
    <div role="alert" class="alarms">
      {alarms.value.map(({ id, medium, title, message, remedy, since }) => (
        <section key={id} class="alarm">
          <h2 class="alarm-title">
            <span aria-hidden="true">⚠ </span>
            {medium ? `${t(`medium.${medium}`)}: ` : ''}
            {title}
          </h2>
          <p>{remedy}</p>
          <p class="alarm-since">
            {t('signs.since', { time: formatTime(since) })} · {message}
          </p>
        </section>
      ))}
      {isLoud && (
        <button type="button" class="button button-small" onClick={acknowledgeAlarms}>
          {t('signs.acknowledge')}
        </button>
      )}
    </div>
  )
}
