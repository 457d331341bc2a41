/**
 * A signal that is aborted by Ctrl-C, or when the program is asked to end; as long as it is not
 * forgotten nothing else happens then.
 */
export function interruption(): { signal: AbortSignal; forget(): void } {
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, abort)
  return {
    signal: controller.signal,
    forget() {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, abort)
    },
  }
}

/** The work's outcome; rejects as soon as the signal is aborted, whatever becomes of the work. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  work.catch(() => {})
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
