/** The side of a client, which its credential decides. */
export type ClientSide = 'api' | 'ui'
/** The side that acted: a client's, or the recorder itself. */
export type Side = ClientSide | 'system'

/**
 * Names who caused an event. `client` is the credential (token name, `home`, `ui`) or the
 * `recorder` itself, and `user` the daemon's operating system account.
 */
export interface By {
  side: Side
  client: string
  user: string
}
