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
  /** Whether a recording is erased when consent is declined or withdrawn. */
  erasesWithoutConsent: boolean
  /** Minutes of recording between two reminders; 0 is off. */
  reminderMinutes: number
}

/** The configuration as the recorder answers it; null before its first answer. */
export const effectiveConfiguration = signal<EffectiveConfiguration | null>(null)

/** Reads the configuration. Most settings can change while the recorder runs. */
export async function loadConfiguration(): Promise<void> {
  effectiveConfiguration.value = await recorder.configuration()
}

/** The configuration that is in force. */
export const configuration = computed<PageConfiguration>(() => ({
  requiredTags: effectiveConfiguration.value?.tags.required.value ?? [],
  consentMode: effectiveConfiguration.value?.consent.mode.value ?? 'off',
  erasesWithoutConsent: effectiveConfiguration.value?.consent.eraseWhenWithdrawn.value ?? false,
  reminderMinutes: effectiveConfiguration.value?.page.reminderMinutes.value ?? 0,
}))

effect(() => {
  configuredLanguage.value = effectiveConfiguration.value?.page.language.value ?? null
})
