import { signal } from '@preact/signals'
import { stopAll } from './all-commands.ts'

const ARMED_MS = 3_000
let timer: ReturnType<typeof setTimeout> | undefined

/** Whether the key for stop has been pressed once. */
export const isStopArmed = signal(false)

/**
 * Stops at the second press within 3 s. A click is aimed and stops at once, but a key is hit by
 * accident, and a stopped recording cannot be continued. A dialog would take the focus and hide
 * what is recorded; this asks for the same key again, and a person who does nothing loses nothing.
 */
export function pressStopKey(): void {
  clearTimeout(timer)
  if (isStopArmed.value) {
    isStopArmed.value = false
    void stopAll()
    return
  }
  isStopArmed.value = true
  timer = setTimeout(() => {
    isStopArmed.value = false
  }, ARMED_MS)
}
