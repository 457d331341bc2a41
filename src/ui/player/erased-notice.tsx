import { useEffect } from 'preact/hooks'
import type { RecordingAnswer } from '../../contract/views.ts'
import { hasScope, loadSession } from '../live/session.ts'
import { senderName } from '../record/sender-name.ts'
import { hrefTo } from '../shell/router.ts'
import { AccessList } from './custody/access-list.tsx'
import { t } from './texts/texts.ts'
import { dateText } from './time-text.ts'

/**
 * Stands in the place of the player of an erased recording: when, by whom and why, and who had seen
 * it before.
 */
export function ErasedNotice({ recording }: { recording: RecordingAnswer }) {
  const { erased, startedAt } = recording
  useEffect(() => void loadSession(), [])
  if (erased === null) return null
  return (
    <section class="notice erased" data-erased>
      <h1>{dateText(startedAt)}</h1>
      {/* It may have been erased while somebody played it. */}
      <p role="alert">
        {t('player.erased', { when: dateText(erased.at), who: senderName(erased.by) })}{' '}
        {t(`player.erased.${erased.cause}`)}
      </p>
      <p>{erased.reason}</p>
      <p>
        <a class="button" href={hrefTo('/recordings')}>
          {t('player.toList')}
        </a>
      </p>
      {hasScope('audit') && <AccessList id={recording.id} />}
    </section>
  )
}
