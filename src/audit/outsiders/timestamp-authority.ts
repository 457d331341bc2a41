import { randomBytes } from 'node:crypto'
import type { ConfirmedCheckpoint } from '../../contract/outsiders.ts'
import { locally } from './outsider-error.ts'
import type { Outsider, SignedCheckpoint, TimestampKeeper } from './port.ts'
import { post, statusError } from './post.ts'
import { checkTimestamp, timestampRequest } from './timestamp-token.ts'

/** The parts that the client of a timestamp authority works with. */
export interface TimestampAuthorityOptions {
  keeper: TimestampKeeper
  periodMs: number
  /** The longest time that an answer may take, in milliseconds. */
  limitMs: number
}

const NONCE_BYTES = 8

/** A client of a timestamp authority over HTTP (RFC 3161, section 3.4). It gets only a hash. */
export class TimestampAuthority implements Outsider {
  readonly kind = 'timestampAuthority'
  readonly name: string
  readonly url: string
  readonly vkey = null
  readonly periodMs: number
  readonly #options: TimestampAuthorityOptions

  constructor(url: string, options: TimestampAuthorityOptions) {
    this.url = url
    this.name = new URL(url).host
    this.periodMs = options.periodMs
    this.#options = options
  }

  newest(): Promise<ConfirmedCheckpoint | null> {
    return this.#options.keeper.newest()
  }

  async submit(
    checkpoint: SignedCheckpoint,
    _confirmed: number,
    signal: AbortSignal,
  ): Promise<ConfirmedCheckpoint> {
    const request = timestampRequest(Buffer.from(checkpoint.note), randomBytes(NONCE_BYTES))
    const { status, body } = await post({
      url: this.url,
      body: new Uint8Array(request.der),
      contentType: 'application/timestamp-query',
      accept: 'application/timestamp-reply',
      limitMs: this.#options.limitMs,
      signal,
    })
    if (status !== 200) throw statusError(status)
    const time = checkTimestamp(body, request)
    await locally('The timestamp could not be kept', () =>
      this.#options.keeper.keep(checkpoint, body),
    )
    return { size: checkpoint.size, at: new Date(time).toISOString() }
  }
}
