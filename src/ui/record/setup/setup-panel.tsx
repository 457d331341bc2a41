import { useEffect } from 'preact/hooks'
import { t } from '../../i18n/texts.ts'
import { ConsentQuestion } from './consent-question.tsx'
import { FirstTags } from './first-tags-form.tsx'
import { MediaChoice } from './media-choice.tsx'
import { checkReadiness, readiness } from './readiness.ts'

/** The choices before a start: media, devices and tags, with the result of the checks. */
export function SetupPanel() {
  useEffect(() => {
    if (readiness.value.state === 'unknown') void checkReadiness()
  }, [])
  return (
    <div class="setup">
      <section class="card" aria-labelledby="setup-media">
        <h2 id="setup-media">{t('record.setup.media')}</h2>
        <MediaChoice />
      </section>
      <section class="card" aria-labelledby="setup-tags">
        <h2 id="setup-tags">{t('record.setup.tags')}</h2>
        <FirstTags />
      </section>
      <ConsentQuestion />
    </div>
  )
}

/** The choices for the next recording, folded away while the last one is in its wrap-up. */
export function NextSetup() {
  return (
    <details class="next-setup">
      <summary>{t('record.setup.next')}</summary>
      <SetupPanel />
    </details>
  )
}
