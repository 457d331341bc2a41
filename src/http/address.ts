/**
 * The address on which the daemon listens. The checks of Host and Origin need its port, which is
 * known only once the daemon listens.
 */
export interface Address {
  port: number
  /** `http://127.0.0.1:<port>`. */
  url: string
  /** The two values that a Host header may have. */
  hosts: readonly [literal: string, name: string]
}

/** Returns the address for a port. */
export function addressOf(port: number): Address {
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    hosts: [`127.0.0.1:${port}`, `localhost:${port}`],
  }
}
