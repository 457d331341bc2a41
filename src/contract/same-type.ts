/** Whether two types are the same, optional members included. */
export type Same<A, B> =
  (<T>() => T extends Flat<A> ? 1 : 2) extends <T>() => T extends Flat<B> ? 1 : 2 ? true : false
/** A type with its aliases and intersections resolved, since only then equal types are the same. */
type Flat<T> = T extends object ? { [K in keyof T]: Flat<T[K]> } : T
