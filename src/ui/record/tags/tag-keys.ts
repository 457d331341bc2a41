import { computed, signal } from '@preact/signals'
import { current } from '../../live/live-state.ts'
import { recorder } from '../../live/recorder.ts'
import { isMarker } from './markers.ts'

const usedKeys = signal<readonly string[]>([])

/** The tag keys to offer: those of the present recording, then those used before, newest first. */
export const knownKeys = computed(() => {
  const present = (current.value?.tags ?? []).map(({ key }) => key).filter(isOffered)
  return [...new Set([...present, ...usedKeys.value])]
})

/** Reads which keys have been used before. */
export async function loadKnownKeys(): Promise<void> {
  try {
    const { items } = await recorder.tagKeys()
    usedKeys.value = items.map(({ key }) => key).filter(isOffered)
  } catch {
    // Offering keys is a convenience.
  }
}

function isOffered(key: string): boolean {
  return !key.startsWith('system.') && !isMarker(key)
}
