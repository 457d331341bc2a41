import { ConnectionError } from './errors.ts'

/**
 * The signal of one event stream. It aborts with the caller's, and when no byte comes for too long.
 * `AbortSignal.any` would keep every broken stream in the memory of a caller's long-lived signal.
 */
export class StreamSignal {
  readonly #abort = new AbortController()
  readonly #caller: AbortSignal | undefined
  readonly #silenceMs: number
  readonly #onCallerAbort = () => this.#abort.abort(this.#caller?.reason)
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(caller: AbortSignal | undefined, silenceMs: number) {
    this.#caller = caller
    this.#silenceMs = silenceMs
    if (caller?.aborted) this.#onCallerAbort()
    else caller?.addEventListener('abort', this.#onCallerAbort)
    this.expectBytes()
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Begins the time in which the next byte must come. */
  expectBytes(): void {
    this.expectNothing()
    this.#timer = setTimeout(() => {
      const message = `The event stream was silent for ${this.#silenceMs / 1_000} s.`
      this.#abort.abort(new ConnectionError(message))
    }, this.#silenceMs)
  }

  /** Ends that time: while the caller handles a message, the silence is its own. */
  expectNothing(): void {
    clearTimeout(this.#timer)
  }

  /** Closes the stream, if it is still open. */
  end(): void {
    this.expectNothing()
    this.#caller?.removeEventListener('abort', this.#onCallerAbort)
    this.#abort.abort()
  }
}
