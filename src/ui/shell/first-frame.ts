import { signal } from '@preact/signals'
import { afterFrame } from './after-frame.ts'

/** Whether the first frame is on the screen. What is not needed at a glance waits for it. */
export const isFirstFrameShown = signal(false)

/** Calls back once, when the first frame has been drawn. */
export function afterFirstFrame(callback: () => void): void {
  afterFrame(() => {
    isFirstFrameShown.value = true
    callback()
  })
}
