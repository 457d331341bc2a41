import type { ServerResponse } from 'node:http'
import { erasedError } from '../contract/erased.ts'
import { ClientGone } from './answers/problem.ts'
import type { ErasureWatch } from './erasure-watch.ts'

/**
 * A request that reads the media of a recording. It ends when its client goes away, or when the
 * recording is erased: with the error ERASED while nothing of the answer has left, otherwise the
 * connection breaks off, so that nobody takes a part for the whole.
 */
export class MediaReading {
  readonly #response: ServerResponse
  readonly #aborter = new AbortController()
  readonly #onClose = (): void => this.#aborter.abort(new ClientGone())
  readonly #unwatch: () => void

  constructor(response: ServerResponse, recordingId: string, erasures: ErasureWatch) {
    this.#response = response
    // It may have gone while the recording was looked up.
    if (response.destroyed) this.#onClose()
    response.once('close', this.#onClose)
    this.#unwatch = erasures.watch(recordingId, () => {
      if (response.headersSent) response.destroy()
      else this.#aborter.abort(erasedError(recordingId))
    })
  }

  /** Aborted with ClientGone or ERASED. Look at it before the head is sent, in the same turn. */
  get signal(): AbortSignal {
    return this.#aborter.signal
  }

  /** Ends the watch, when the answer is complete or refused. */
  end(): void {
    this.#unwatch()
    this.#response.off('close', this.#onClose)
  }
}
