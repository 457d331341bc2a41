import { t } from '../i18n/texts.ts'
import { link } from '../live/live-state.ts'

/** Says that the page is not connected. Nothing is shown while it is. */
export function LinkBanner() {
  const { value } = link
  const text =
    value.state === 'lost'
      ? t('link.lost')
      : value.state === 'opening'
        ? t('link.opening', { progress: value.progress })
        : ''
  return (
    <div class="link-banner" role="status" aria-live="assertive" data-link={value.state}>
      {text}
    </div>
  )
}
