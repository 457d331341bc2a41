/**
 * Calls back when Ctrl-C is about to end the process, unless a command handles Ctrl-C itself.
 * Returns the function that ends that.
 */
export function announceInterrupt(onInterrupt: () => void = () => {}): () => void {
  if (process.listenerCount('SIGINT') > 0) return () => {}
  const announce = (): void => {
    onInterrupt()
    // Without a listener, it ends the process as if there had never been one.
    process.kill(process.pid, 'SIGINT')
  }
  process.once('SIGINT', announce)
  return () => process.off('SIGINT', announce)
}
