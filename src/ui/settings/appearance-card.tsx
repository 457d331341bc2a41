import { Field } from '../controls/field.tsx'
import { LANGUAGES, type Language } from '../i18n/texts.ts'
import { type PageSettings, settings } from '../live/settings.ts'
import { t } from './texts/texts.ts'

const THEMES = ['system', 'light', 'dark'] as const
/** Each language in its own words, so that everybody finds theirs. */
const NAMES: Record<Language, string> = { en: 'English', de: 'Deutsch' }

/** Chooses the colours and the language of the page. */
export function AppearanceCard() {
  const { theme, language } = settings.value
  const change = (part: Partial<PageSettings>): void => {
    settings.value = { ...settings.value, ...part }
  }
  return (
    <section class="card settings-card" aria-labelledby="settings-appearance">
      <h2 id="settings-appearance">{t('settings.appearance')}</h2>
      <fieldset class="settings-choice">
        <legend class="field-label">{t('settings.theme')}</legend>
        <div class="settings-segments">
          {THEMES.map((one) => (
            <label key={one} class="settings-segment">
              <input
                type="radio"
                name="theme"
                checked={theme === one}
                onChange={() => change({ theme: one })}
              />
              <span>{t(`settings.theme.${one}`)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Field label={t('settings.language')} id="settings-language">
        <select
          id="settings-language"
          class="input"
          value={language ?? ''}
          onChange={({ currentTarget: { value } }) =>
            change({ language: value === '' ? null : (value as Language) })
          }
        >
          <option value="">{t('settings.language.browser')}</option>
          {LANGUAGES.map((one) => (
            <option key={one} value={one} lang={one}>
              {NAMES[one]}
            </option>
          ))}
        </select>
      </Field>
    </section>
  )
}
