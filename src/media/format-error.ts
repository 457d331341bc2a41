/** The error of bytes that violate their format. */
export class FormatError extends Error {
  override readonly name = 'FormatError'
}
