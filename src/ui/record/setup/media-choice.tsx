import { MEDIA, RECORDING_TYPES } from '../../../contract/media.ts'
import { t } from '../../i18n/texts.ts'
import { Icon } from '../icons.tsx'
import { MediumReadiness } from './medium-readiness.tsx'
import { ReadinessSummary } from './readiness-summary.tsx'
import { choose, chosenMedia, type StartChoice, startChoice } from './start-choice.ts'

const SOUNDS: readonly StartChoice['sound'][] = ['both', ...RECORDING_TYPES.slice(0, 2), 'none']

/** Chooses what is recorded and from which devices. */
export function MediaChoice() {
  const choice = startChoice.value
  const media = chosenMedia(choice)
  return (
    <>
      <div class="choices">
        <fieldset class="choice-group">
          <legend class="field-label">{t('record.setup.sound')}</legend>
          <div class="choice-pills">
            {SOUNDS.map((sound) => (
              <label class="pill" key={sound}>
                <input
                  type="radio"
                  name="sound"
                  value={sound}
                  checked={choice.sound === sound}
                  onChange={() => choose({ sound })}
                />
                {t(`record.sound.${sound}`)}
              </label>
            ))}
          </div>
        </fieldset>
        <fieldset class="choice-group">
          <legend class="field-label">{t('record.setup.picture')}</legend>
          <label class="pill">
            <input
              type="checkbox"
              id="choice-screen"
              checked={choice.screen}
              onChange={(event) => choose({ screen: event.currentTarget.checked })}
            />
            <Icon name="screen" />
            {t('medium.screen')}
          </label>
        </fieldset>
      </div>
      {media.length === 0 && (
        <p class="field-error" id="media-error" role="alert">
          {t('record.setup.noMedia')}
        </p>
      )}
      <ul class="medium-rows">
        {MEDIA.filter((medium) => media.includes(medium)).map((medium) => (
          <MediumReadiness key={medium} medium={medium} />
        ))}
      </ul>
      <ReadinessSummary />
    </>
  )
}
