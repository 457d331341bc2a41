import { computed, signal } from '@preact/signals'
import { recorder } from './recorder.ts'

/** What the configuration of this computer asks of the page. */
export interface PageConfiguration {
  /** Tag keys without which no recording starts. */
  requiredTags: readonly string[]
  /** Minutes of recording between two reminders; 0 is off. */
  reminderMinutes: number
}

/** The settings as the recorder answers them; null before its first answer. */
const answer = signal<Record<string, { value: unknown } | undefined> | null>(null)

/** Reads the configuration. Its settings change only when the recorder is started again. */
export async function loadConfiguration(): Promise<void> {
  const { settings } = (await recorder.request('GET', '/config')) as {
    settings: Record<string, { value: unknown } | undefined>
  }
  answer.value = settings
}

/** The configuration that is in force. */
export const configuration = computed<PageConfiguration>(() => {
  const settings = answer.value ?? {}
  const required = settings['tags.required']?.value
  const minutes = settings['page.reminderMinutes']?.value
  return {
    requiredTags: Array.isArray(required) ? required : [],
    reminderMinutes: typeof minutes === 'number' ? minutes : 15,
  }
})
