import { useEffect, useState } from 'preact/hooks'
import type { RecordingAnswer } from '../../../contract/views.ts'
import { current } from '../../live/live-state.ts'
import { recorder } from '../../live/recorder.ts'
import { dateText } from '../../player/time-text.ts'
import { senderName } from '../../record/sender-name.ts'
import { hrefTo, inspectorHref } from '../../shell/router.ts'
import { t } from '../texts/texts.ts'

const NEWEST = 20

type Listed = Pick<RecordingAnswer, 'id' | 'startedAt' | 'state' | 'startedBy'>

/** Lists the newest recordings, one of which can be inspected. */
export function ChooseRecording() {
  const [recordings, setRecordings] = useState<readonly Listed[] | null>(null)
  const [hasFailed, setFailed] = useState(false)
  const currentId = current.value?.id
  useEffect(() => {
    const aborter = new AbortController()
    recorder.recordings({ limit: NEWEST }, { signal: aborter.signal }).then(
      ({ items }) => setRecordings(items),
      () => !aborter.signal.aborted && setFailed(true),
    )
    return () => aborter.abort()
  }, [currentId])
  return (
    <section class="inspector-choose">
      <h1>{t('inspector.title')}</h1>
      <p class="soft">{t('inspector.about')}</p>
      <h2>{t('inspector.newest')}</h2>
      {hasFailed && <p role="alert">{t('inspector.newest.failed')}</p>}
      {recordings?.length === 0 && <p>{t('inspector.newest.none')}</p>}
      <ul class="choose-list">
        {recordings?.map(({ id, startedAt, state, startedBy }) => (
          <li key={id}>
            <a class="choose-row" href={inspectorHref(id)}>
              <span class="choose-date">{dateText(startedAt)}</span>
              <span class={`state state-${state}`}>{t(`player.state.${state}`)}</span>
              <span class="soft">{senderName(startedBy)}</span>
            </a>
          </li>
        ))}
      </ul>
      <p class="soft">
        {t('inspector.newest.more')} <a href={hrefTo('/recordings')}>{t('nav.recordings')}</a>
      </p>
    </section>
  )
}
