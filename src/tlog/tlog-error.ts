/**
 * Data of a transparency log that are malformed or prove nothing. The message says in whole
 * sentences what is wrong.
 */
export class TlogError extends Error {
  override readonly name = 'TlogError'
}
