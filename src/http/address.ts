/**
 * Where the daemon listens; the checks of Host and Origin need the port, which is known only after
 * listening.
 */
export interface Address {
  port: number
  /** `http://127.0.0.1:<port>`. */
  url: string
  /** The two Host headers by which the daemon may be called. */
  hosts: readonly [literal: string, name: string]
}

/** The address for a port. */
export function addressOf(port: number): Address {
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    hosts: [`127.0.0.1:${port}`, `localhost:${port}`],
  }
}
