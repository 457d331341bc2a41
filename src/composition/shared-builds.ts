interface Build<Result> {
  result: Promise<Result>
  cancel: AbortController
  waiters: number
}

/** Work that is done once for all who wait for it, and cancelled when nobody waits any more. */
export class SharedBuilds<Result> {
  readonly #builds = new Map<string, Build<Result>>()
  readonly #closing: AbortSignal

  /** Nothing begins once `closing` is aborted. */
  constructor(closing: AbortSignal) {
    this.#closing = closing
  }

  /**
   * Joins the work with this key, or begins it with `make`. Rejects with the reason of `signal`
   * when that is aborted.
   */
  async of(
    key: string,
    make: (signal: AbortSignal) => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    const running = this.#builds.get(key)
    if (running && !running.cancel.signal.aborted) return this.#wait(running, signal)
    // A cancelled build cleans up before the same one begins again.
    await running?.result.catch(() => {})
    this.#closing.throwIfAborted()
    return this.#wait(this.#builds.get(key) ?? this.#start(key, make), signal)
  }

  /** Cancels the work whose key begins so. Resolves when it has ended. */
  async cancel(keyPrefix: string, reason: unknown): Promise<void> {
    const cancelled = [...this.#builds].filter(([key]) => key.startsWith(keyPrefix))
    for (const [, { cancel }] of cancelled) cancel.abort(reason)
    await Promise.allSettled(cancelled.map(([, { result }]) => result))
  }

  #start(key: string, make: (signal: AbortSignal) => Promise<Result>): Build<Result> {
    const cancel = new AbortController()
    const result = make(cancel.signal).finally(() => this.#builds.delete(key))
    // Waiters get the rejection. There may be none left, which must not end the process.
    result.catch(() => {})
    const started = { result, cancel, waiters: 0 }
    this.#builds.set(key, started)
    return started
  }

  async #wait(running: Build<Result>, signal: AbortSignal): Promise<Result> {
    running.waiters++
    let abort = (): void => {}
    const aborted = new Promise<never>((_, reject) => {
      abort = () => reject(signal.reason)
      signal.addEventListener('abort', abort)
      if (signal.aborted) abort()
    })
    try {
      return await Promise.race([running.result, aborted])
    } finally {
      signal.removeEventListener('abort', abort)
      running.waiters--
      if (running.waiters === 0) running.cancel.abort(new Error('no client waits any more'))
    }
  }
}
