import { effect, signal } from '@preact/signals'
import { chosenLanguage, isLanguage, type Language } from '../i18n/texts.ts'

/** The choices of a person for the page in this browser. */
export interface PageSettings {
  theme: 'system' | 'light' | 'dark'
  language: Language | null
  /** Desktop notifications of starts, pauses, resumes and stops. */
  notifications: boolean
  /** Minutes of recording between two reminders; null follows the configuration, 0 is off. */
  reminderMinutes: number | null
  /** A sound while an alarm is not acknowledged. */
  alarmSound: boolean
}

const KEY = 'f2f.settings'
const DEFAULTS: PageSettings = {
  theme: 'system',
  language: null,
  notifications: true,
  reminderMinutes: null,
  alarmSound: true,
}

/** The settings of the page, kept in this browser. */
export const settings = signal<PageSettings>(load())

effect(() => {
  const { theme, language } = settings.value
  localStorage.setItem(KEY, JSON.stringify(settings.value))
  chosenLanguage.value = language
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
})

// Another window of the page has changed them.
addEventListener('storage', (event) => {
  if (event.key === KEY) settings.value = load()
})

function load(): PageSettings {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<PageSettings>
    const language = stored.language ?? null
    return {
      ...DEFAULTS,
      ...stored,
      language: language !== null && isLanguage(language) ? language : null,
    }
  } catch {
    // Somebody else has written there.
    return DEFAULTS
  }
}
