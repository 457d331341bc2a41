import type { Io } from './command.ts'

/**
 * Returns a signal that aborts on Ctrl-C (SIGINT) or SIGTERM. The two do nothing else until
 * `release` is called. With an output, it also aborts when that can be written no more: in
 * `f2f events --follow | head`, nobody reads what follows.
 */
export function createInterruptSignal(output?: Io['stdout']): {
  signal: AbortSignal
  release(): void
} {
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, abort)
  output?.once?.('error', abort)
  return {
    signal: controller.signal,
    release() {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, abort)
      output?.off?.('error', abort)
    },
  }
}

/** Awaits the work; rejects as soon as the signal aborts. Does not stop the work itself. */
export function rejectOnAbort<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  work.catch(() => {})
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
