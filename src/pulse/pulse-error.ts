/**
 * Why the sound server could not be used. `absent`: nothing listens, or the connection has ended.
 * `silent`: it does not answer. `refused`: it answered with an error, whose number is `code`, or in
 * a way that is not of the protocol.
 */
export class PulseError extends Error {
  readonly kind: 'absent' | 'silent' | 'refused'
  readonly code: number | undefined

  constructor(
    kind: PulseError['kind'],
    message: string,
    options: { code?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'PulseError'
    this.kind = kind
    this.code = options.code
  }
}
