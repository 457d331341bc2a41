import { signal } from '@preact/signals'

/** A window that nobody sees draws no frame, but follows the recorder all the same. */
const HIDDEN_MS = 250

/** Whether the first frame is on the screen. What is not needed at a glance waits for it. */
export const isFirstFrameShown = signal(false)

/** Calls back once, when the first frame has been drawn. */
export function afterFirstFrame(callback: () => void): void {
  afterFrame(() => {
    isFirstFrameShown.value = true
    callback()
  })
}

/** Calls back once, when the next frame has been drawn. */
export function afterFrame(callback: () => void): void {
  let isDone = false
  const finish = () => {
    if (isDone) return
    isDone = true
    callback()
  }
  // A frame is drawn after its callbacks.
  requestAnimationFrame(() => setTimeout(finish))
  setTimeout(finish, HIDDEN_MS)
}
