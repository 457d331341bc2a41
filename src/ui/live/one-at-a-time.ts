/**
 * Returns a function that begins a reading. Calls while it reads lead to one more reading behind
 * it. `read` must not reject.
 */
export function oneAtATime(read: () => Promise<void>): () => void {
  let isReading = false
  let isWantedAgain = false
  const begin = (): void => {
    if (isReading) {
      isWantedAgain = true
      return
    }
    isReading = true
    void read().finally(() => {
      isReading = false
      if (!isWantedAgain) return
      isWantedAgain = false
      begin()
    })
  }
  return begin
}
