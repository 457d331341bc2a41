/** A sealed file is not whole, has been changed, or is not sealed for this identity. */
export class SealedFileError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'SealedFileError'
  }
}
