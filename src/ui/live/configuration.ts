import { computed, effect, signal } from '@preact/signals'
import type { EffectiveConfiguration } from '../../contract/configuration.ts'
import type { ConsentMode } from '../../contract/custody.ts'
import { configuredLanguage } from '../i18n/texts.ts'
import { recorder } from './recorder.ts'

/** The settings of this computer's configuration that the page needs. */
export interface PageConfiguration {
  /** Tag keys without which no recording starts. */
  requiredTags: readonly string[]
  /** Whether the customer's consent is noted before a start, or even required. */
  consentMode: ConsentMode
  /** Minutes of recording between two reminders; 0 is off. */
  reminderMinutes: number
}

/** The configuration as the recorder answers it; null before its first answer. */
const answer = signal<EffectiveConfiguration | null>(null)

/** Reads the configuration. Its settings change only when the recorder is started again. */
export async function loadConfiguration(): Promise<void> {
  answer.value = await recorder.configuration()
}

/** The configuration that is in force. */
export const configuration = computed<PageConfiguration>(() => ({
  requiredTags: answer.value?.tags.required.value ?? [],
  consentMode: answer.value?.consent.mode.value ?? 'off',
  reminderMinutes: answer.value?.page.reminderMinutes.value ?? 0,
}))

effect(() => {
  configuredLanguage.value = answer.value?.page.language.value ?? null
})
