/** A window that nobody sees draws no frame, but follows the recorder all the same. */
const HIDDEN_MS = 250

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
