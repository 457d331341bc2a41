import type { HttpContext } from '../context.ts'

/**
 * Returns the one of these types that the request's `Accept` prefers; undefined if it admits none.
 * Many clients send `application/json; charset=utf-8`. All texts are UTF-8, so that admits them.
 */
export function acceptedType<T extends string>(
  ctx: HttpContext,
  ...types: readonly T[]
): T | undefined {
  const withCharset = types.map((type) => `${type}; charset=utf-8`)
  const accepted = ctx.accepts(...withCharset)
  return accepted === false ? undefined : types[withCharset.indexOf(accepted as string)]
}
