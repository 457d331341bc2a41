import { dateText } from '../player/time-text.ts'
import { hrefTo, recordingHref } from '../shell/router.ts'
import { saveMoment } from './moment/export-moment.ts'
import type { Inspected } from './opening/inspected.ts'
import { t } from './texts/texts.ts'

/** Says which recording is inspected, and leads elsewhere. */
export function InspectorHead({
  inspected,
  startedAt,
  onShowKeys,
}: {
  inspected: Inspected
  startedAt: string | null
  onShowKeys: () => void
}) {
  return (
    <header class="inspector-head">
      <div class="inspector-title">
        <h1>{t('inspector.title')}</h1>
        <p class="soft">
          {startedAt !== null && dateText(startedAt)}{' '}
          <code class="inspector-id">{inspected.id}</code>
        </p>
      </div>
      <div class="inspector-links">
        <a class="button button-small" href={hrefTo('/inspector', { choose: 1 })}>
          {t('inspector.choose')}
        </a>
        <a class="button button-small" href={recordingHref(inspected.id)}>
          {t('inspector.toPlayer')}
        </a>
        <details class="export-menu">
          <summary class="button button-small">{t('inspector.export')}</summary>
          <div class="export-choices card">
            <button
              type="button"
              class="button button-small"
              onClick={() => saveMoment(inspected, 'state')}
            >
              {t('inspector.export.state')}
            </button>
            <button
              type="button"
              class="button button-small"
              onClick={() => saveMoment(inspected, 'snapshots')}
            >
              {t('inspector.export.snapshots')}
            </button>
            <p class="soft">{t('inspector.export.help')}</p>
          </div>
        </details>
        <button type="button" class="button button-small button-quiet" onClick={onShowKeys}>
          {t('record.keys.title')}
          <span class="kbd" aria-hidden="true">
            ?
          </span>
        </button>
      </div>
    </header>
  )
}
