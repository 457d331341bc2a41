import { computed, signal } from '@preact/signals'
import { configuration } from '../../live/configuration.ts'

/** The values of the required keys, as typed so far. */
export const requiredValues = signal<Readonly<Record<string, string>>>({})
/** Further tags for the start. They stay in memory: they may be personal data. */
export const furtherTags = signal<readonly (readonly [key: string, value: string])[]>([])

/** The required keys that have no value yet. */
export const missingKeys = computed(() =>
  configuration.value.requiredTags.filter((key) => !requiredValues.value[key]?.trim()),
)

/** Returns the tags for the start. */
export function firstTags(): Record<string, string> {
  const required = configuration.value.requiredTags.map((key) => [
    key,
    requiredValues.value[key]?.trim() ?? '',
  ])
  return Object.fromEntries([...furtherTags.value, ...required])
}

/** Forgets the tags. */
export function clearFirstTags(): void {
  requiredValues.value = {}
  furtherTags.value = []
}
