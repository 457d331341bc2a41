import { computed, signal } from '@preact/signals'
import { recorder } from '../../live/recorder.ts'

interface ConfigAnswer {
  tags?: { required?: { value: string[] } }
}

/** The keys that the configuration requires at the start. */
export const requiredKeys = signal<readonly string[]>([])
/** The values of the required keys, as typed so far. */
export const requiredValues = signal<Readonly<Record<string, string>>>({})
/** Further tags for the start. They stay in memory: they may be personal data. */
export const furtherTags = signal<readonly (readonly [key: string, value: string])[]>([])

/** The required keys that have no value yet. */
export const missingKeys = computed(() =>
  requiredKeys.value.filter((key) => !requiredValues.value[key]?.trim()),
)

/** Reads which keys are required. */
export async function loadRequiredKeys(): Promise<void> {
  try {
    const config = (await recorder.request('GET', '/config')) as ConfigAnswer
    requiredKeys.value = config.tags?.required?.value ?? []
  } catch {
    // The recorder says at the start what is missing.
  }
}

/** Returns the tags for the start. */
export function firstTags(): Record<string, string> {
  const required = requiredKeys.value.map((key) => [key, requiredValues.value[key]?.trim() ?? ''])
  return Object.fromEntries([...furtherTags.value, ...required])
}

/** Forgets the tags, once a recording has them. */
export function clearFirstTags(): void {
  requiredValues.value = {}
  furtherTags.value = []
}
